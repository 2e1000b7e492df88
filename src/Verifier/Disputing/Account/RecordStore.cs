using System.Text.Json;
using TeeTee.Hosting.Failures;
using TeeTee.Rollup.Json;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Storage;

namespace TeeTee.Verifier.Disputing;

/// <summary>
/// The durable record of own disputes and of gas. A dispute is written, and is on the disk, before the first byte of its transaction leaves:
/// a process that is killed at any moment finds the salt of whatever it may have sent. Safe for concurrent use.
/// </summary>
internal sealed class RecordStore
{
    private const ulong GasKeptSeconds = 2 * 86_400;

    private readonly string? _path;
    private readonly Deployment _deployment;
    private readonly Lock _gate = new();
    private readonly Dictionary<DisputeTarget, DisputeRecord> _disputes = [];
    private List<SpentGas> _gas = [];

    /// <exception cref="FailureException"><c>state_unusable</c>: the file is unreadable, or of another deployment. It is never overwritten then: it may hold salts.</exception>
    public RecordStore(string? path, Deployment deployment)
    {
        (_path, _deployment) = (path, deployment);
        if (path is null || !File.Exists(path))
            return;
        StoredRecords stored = Read(path);
        foreach (DisputeRecord record in stored.Disputes)
            _disputes[record.Target] = record;
        _gas = [.. stored.Gas];
    }

    /// <summary>The own disputes that were ever about to be opened.</summary>
    public IReadOnlyList<DisputeRecord> Disputes
    {
        get
        {
            lock (_gate)
                return [.. _disputes.Values];
        }
    }

    /// <summary>The record of a target, or null.</summary>
    public DisputeRecord? Find(DisputeTarget target)
    {
        lock (_gate)
            return _disputes.GetValueOrDefault(target);
    }

    /// <summary>Writes a record; returns once it is on the disk.</summary>
    public void Add(DisputeRecord record)
    {
        lock (_gate)
        {
            _disputes[record.Target] = record;
            Save();
        }
    }

    /// <summary>Forgets a record whose dispute is settled and paid.</summary>
    public void Remove(DisputeTarget target)
    {
        lock (_gate)
        {
            if (_disputes.Remove(target))
                Save();
        }
    }

    /// <summary>Notes gas that was paid for.</summary>
    public void AddGas(SpentGas gas)
    {
        lock (_gate)
        {
            ulong oldest = gas.At > GasKeptSeconds ? gas.At - GasKeptSeconds : 0;
            _gas = [.. _gas.Where(g => g.At >= oldest), gas];
            Save();
        }
    }

    /// <summary>Wei paid for gas since a second.</summary>
    public UInt128 GasSince(ulong time)
    {
        lock (_gate)
            return _gas.Where(g => g.At >= time).Aggregate(UInt128.Zero, (sum, g) => sum + g.Wei);
    }

    private void Save()
    {
        if (_path is null)
            return;
        StoredRecords stored = new(StoredRecords.CurrentVersion, _deployment.ChainId, _deployment.Rollup, [.. _disputes.Values], _gas);
        // The owner alone: a salt that is known before the reveal lets others copy the commitment.
        AtomicFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(stored, RollupJson.Options), AtomicFile.Private, overwrite: true);
    }

    private StoredRecords Read(string file)
    {
        try
        {
            StoredRecords? stored = JsonSerializer.Deserialize<StoredRecords>(File.ReadAllBytes(file), RollupJson.Options);
            if (stored is null || stored.Version != StoredRecords.CurrentVersion)
                throw Unusable($"{file} is of version {stored?.Version}; this reads {StoredRecords.CurrentVersion}.");
            return (stored.ChainId, stored.Rollup) == (_deployment.ChainId, _deployment.Rollup)
                ? stored
                : throw Unusable($"{file} is of rollup {stored.Rollup} on chain {stored.ChainId}; this follows {_deployment.Rollup} on {_deployment.ChainId}.");
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Unusable($"{file} cannot be read: {e.Message}", e);
        }
    }

    private static FailureException Unusable(string message, Exception? cause = null) =>
        new(ExitCode.Configuration, "state_unusable", $"{message} It may hold the salts of open disputes: keep it, and give another file.", cause);
}
