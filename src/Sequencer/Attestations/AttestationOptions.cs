using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources;
using TeeTee.Hosting.Limits;

namespace TeeTee.Sequencer.Attestations;

/// <summary>How a sequencer proves its shards, and itself, to those who ask.</summary>
public sealed record AttestationOptions
{
    /// <summary>Where the sequencer's own quotes come from; without one it has no ACI attestation.</summary>
    public IQuoteSource? QuoteSource { get; init; }

    /// <summary>
    /// Where collateral that is relayed with quotes comes from; <see cref="Batching.BatchingOptions.Collateral"/> when null. Without either, reports
    /// carry none and no ACI session is made.
    /// </summary>
    public ICollateralProvider? Collateral { get; init; }

    /// <summary>Reports made at once and per second; each costs every shard of a pipeline two quotes.</summary>
    public SharedWorkLimits Limits { get; init; } = new() { MostRunning = 4, Timeout = TimeSpan.FromSeconds(15) };

    /// <summary>How long an ACI session with a shard lasts before the shard is challenged again; less where its quote runs out before.</summary>
    public TimeSpan SessionAge { get; init; } = TimeSpan.FromMinutes(5);
}
