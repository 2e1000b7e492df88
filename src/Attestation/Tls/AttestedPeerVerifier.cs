using System.Collections.Concurrent;
using System.Security.Cryptography;
using TeeTee.Attestation.Collateral;
using TeeTee.Primitives;

namespace TeeTee.Attestation.Tls;

/// <summary>
/// <see cref="AttestedPeerCheck"/> for the callbacks of a TLS stack: never blocks. Verdicts of acceptance are kept by the hash of the whole
/// certificate. Collateral that is missing is asked for in the background, so that the peer's next try can pass. Thread-safe.
/// </summary>
/// <param name="options">Root, policy and collateral.</param>
/// <param name="reportData">As <see cref="AttestedPeerInput.ReportData"/>.</param>
/// <param name="clock">The clock of validity.</param>
public sealed class AttestedPeerVerifier(
    AttestedPeerOptions options, Func<EvidenceCertificate, (byte[]? ReportData, string Fault)> reportData, TimeProvider clock)
{
    private const int MostVerdicts = 256;
    private const int MostFetches = 8;

    private readonly ConcurrentDictionary<Bytes32, (long At, AttestedPeerVerdict Verdict)> _accepted = new();
    private readonly Dictionary<PlatformId, Task> _fetches = [];
    private readonly Lock _gate = new();

    /// <summary>Judges a certificate now, DER.</summary>
    public AttestedPeerVerdict Check(ReadOnlySpan<byte> der)
    {
        Bytes32 identity = new(SHA256.HashData(der));
        if (Find(identity) is { } kept)
            return kept;
        AttestedPeerVerdict verdict = AttestedPeerCheck.Check(der, new AttestedPeerInput
        {
            Now = clock.GetUtcNow(),
            Root = options.Root,
            Policy = options.Policy,
            Collateral = options.Collateral.Find,
            ReportData = reportData,
        });
        Keep(identity, verdict);
        if (verdict.Missing is { } platform)
            Fetch(platform);
        return verdict;
    }

    /// <summary>The verdict of acceptance that is still held for a certificate, DER, or null: <see cref="Check"/> without the work.</summary>
    public AttestedPeerVerdict? Find(ReadOnlySpan<byte> der) => Find(new Bytes32(SHA256.HashData(der)));

    private AttestedPeerVerdict? Find(Bytes32 identity) =>
        _accepted.TryGetValue(identity, out var kept) && clock.GetUtcNow() <= kept.Verdict.Expires && clock.GetElapsedTime(kept.At) < options.VerdictAge
            ? kept.Verdict
            : null;

    private void Keep(Bytes32 identity, AttestedPeerVerdict verdict)
    {
        if (!verdict.Accepted)
        {
            _accepted.TryRemove(identity, out _);
            return;
        }
        if (_accepted.Count >= MostVerdicts)
            _accepted.Clear();
        _accepted[identity] = (clock.GetTimestamp(), verdict);
    }

    private void Fetch(PlatformId platform)
    {
        lock (_gate)
        {
            foreach (PlatformId ended in _fetches.Where(fetch => fetch.Value.IsCompleted).Select(fetch => fetch.Key).ToArray())
                _fetches.Remove(ended);
            if (_fetches.Count < MostFetches && !_fetches.ContainsKey(platform))
                _fetches[platform] = Task.Run(() => FetchAsync(platform));
        }
    }

    private async Task FetchAsync(PlatformId platform)
    {
        try
        {
            await options.Collateral.GetAsync(platform, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CollateralUnavailableException fault)
        {
            options.CollateralFailed?.Invoke(platform, fault);
        }
    }
}
