using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Verification;

namespace TeeTee.Sequencer.Batching;

/// <summary>Which quotes count at this sequencer: the same for a shard that is challenged as for the epochs that it seals.</summary>
internal static class AcceptedQuotes
{
    /// <summary>The root that quotes of a type must lead to; null where such quotes do not count.</summary>
    public static TrustedRoot? RootOf(this BatchingOptions options, string teeType) => teeType switch
    {
        QuoteJudge.Hardware => options.HardwareRoot,
        QuoteJudge.Simulated when options.AllowSimulatedTee => options.SimulatedRoot,
        _ => null,
    };

    /// <summary>The configured policy with the word of <see cref="BatchingOptions.AllowSimulatedTee"/>.</summary>
    public static QuotePolicy EffectivePolicy(this BatchingOptions options) => options.QuotePolicy with { AllowSimulated = options.AllowSimulatedTee };
}
