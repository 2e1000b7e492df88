using System.Collections.Immutable;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Accounts;

namespace TeeTee.Sequencer.Shards;

/// <summary>
/// The configured shards, matched with the registry by handshakes that are repeated for ever. A shard that does not answer, or not
/// as its registered slot, is in no pipeline. What is known is one immutable snapshot, replaced whole.
/// </summary>
internal sealed class ShardPool : BackgroundService
{
    private readonly SequencerOptions _options;
    private readonly IChainReader _chain;
    private readonly ShardProbe _probe;
    private readonly Readiness _readiness;
    private readonly ILogger<ShardPool> _log;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _round = new(1);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private PoolSnapshot _current = PoolSnapshot.Empty;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private RegistryView _registry = RegistryView.Empty;
    private long? _registryReadAt;

    public ShardPool(SequencerOptions options, IChainReader chain, RollupParameters parameters, ShardLinks links, Readiness readiness, ILogger<ShardPool> log)
    {
        (_options, _chain, _readiness, _log) = (options, chain, readiness, log);
        _probe = new ShardProbe(options, parameters.EpochSeconds);
        Connections = [.. options.Shards.Select(shard => new ShardConnection(shard, options.Limits, links))];
        readiness.Block("shards", "No handshake was made yet.");
    }

    /// <summary>Every configured endpoint with its channel, member or not: receipts and epochs are fetched from all.</summary>
    public ImmutableArray<ShardConnection> Connections { get; }

    /// <summary>What is known now.</summary>
    public PoolSnapshot Current => Volatile.Read(ref _current);

    /// <summary>Completes when <see cref="Current"/> is next replaced; take it before reading.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
                return _changed.Task;
        }
    }

    /// <summary>A complete pipeline of the model, or null.</summary>
    public Pipeline? PipelineOf(Bytes32 modelId) => Current.Pipelines.GetValueOrDefault(modelId);

    /// <summary>Takes a shard that failed a call out of every pipeline until its next handshake, which is made at once.</summary>
    public void Suspect(Uri endpoint, string cause)
    {
        Publish(current => current.Without(endpoint, cause, _options.Models));
        Wake();
    }

    /// <summary>Makes one round of handshakes now.</summary>
    /// <param name="readRegistry">True to read slots and keys again, however recent.</param>
    public async Task RefreshAsync(bool readRegistry, CancellationToken cancellationToken)
    {
        await _round.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            MaintainConnections();
            await ReadRegistryAsync(readRegistry, cancellationToken).ConfigureAwait(false);
            var probes = await Task.WhenAll(Connections.Select(c => _probe.ProbeAsync(c, _registry, cancellationToken))).ConfigureAwait(false);
            var faults = Connections.Zip(probes).Where(p => p.Second.Fault is not null)
                .DistinctBy(p => p.First.Endpoint).ToImmutableDictionary(p => p.First.Endpoint, p => p.Second.Fault!);
            // A slot that answers at two endpoints counts once.
            var members = probes.Select(p => p.Member).OfType<ShardMember>().DistinctBy(m => m.Slot.SlotId).ToArray();
            RegistryView registry = _registry;
            Publish(_ => PoolSnapshot.Create(registry, members, faults, _options.Models));
        }
        finally
        {
            _round.Release();
        }
    }

    public override void Dispose()
    {
        foreach (ShardConnection connection in Connections)
            connection.Dispose();
        _round.Dispose();
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            await RefreshAsync(readRegistry: false, stoppingToken).ConfigureAwait(false);
            await _wake.WaitAsync(_options.Times.ShardCheckInterval, stoppingToken).ConfigureAwait(false);
        }
    }

    private void MaintainConnections()
    {
        foreach (ShardConnection connection in Connections)
        {
            if (connection.Maintain() is { } fault)
                SequencerLog.LinkGivenUp(_log, connection.Endpoint, fault);
        }
    }

    private async Task ReadRegistryAsync(bool force, CancellationToken cancellationToken)
    {
        bool recent = _registryReadAt is { } readAt && _options.Clock.GetElapsedTime(readAt) < _options.Times.RegistryAge;
        // Without a full set of pipelines the registry may be what is behind.
        if (recent && !force && Current.Pipelines.Count == _options.Models.Count)
            return;
        try
        {
            _registry = await RegistryReader.ReadAsync(_chain, _options.Models, cancellationToken).ConfigureAwait(false);
            _registryReadAt = _options.Clock.GetTimestamp();
        }
        catch (ChainUnavailableException fault)
        {
            SequencerLog.RegistryUnread(_log, fault.Message);
        }
    }

    private void Publish(Func<PoolSnapshot, PoolSnapshot> change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            PoolSnapshot before = _current;
            Volatile.Write(ref _current, change(before));
            Report(before, _current);
            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        changed.SetResult();
    }

    private void Report(PoolSnapshot before, PoolSnapshot after)
    {
        foreach ((Uri endpoint, string fault) in after.Faults)
        {
            if (before.Faults.GetValueOrDefault(endpoint) != fault)
                SequencerLog.ShardUnusable(_log, endpoint, fault);
        }
        foreach (ShardMember member in after.Members.Where(m => before.Members.All(b => b.Endpoint != m.Endpoint)))
            SequencerLog.ShardJoined(_log, member.Endpoint, member.Slot.SlotId, member.Slot.FirstLayer, member.Slot.LayerCount);
        string[] missing = [.. _options.Models.Where(offer => !after.Pipelines.ContainsKey(offer.ModelId)).Select(offer => offer.Name)];
        if (missing.Length == 0)
            _readiness.Clear("shards");
        else
            _readiness.Block("shards", $"No complete pipeline for {string.Join(", ", missing)}. {string.Join(" ", after.Faults.Select(f => $"{f.Key}: {f.Value}"))}");
    }

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (Exception fault) when (fault is SemaphoreFullException or ObjectDisposedException)
        {
            // A round is due already, or the pool has ended.
        }
    }
}
