using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>One part of collateral as found: well-formed and signed or not, and when it holds.</summary>
/// <param name="Stage">The stage that judges it.</param>
/// <param name="Fault">What is wrong with it at any time; empty where nothing is.</param>
/// <param name="Validities">When it and what vouches for it hold.</param>
internal sealed record CollateralPart(QuoteStage Stage, string Fault, IReadOnlyList<Validity> Validities)
{
    /// <summary>The moment at which the part stops holding; the greatest one where nothing is known.</summary>
    public DateTimeOffset Expires => Validities.Select(validity => validity.Until).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();

    /// <summary>The moment from which the part holds.</summary>
    public DateTimeOffset Begins => Validities.Select(validity => validity.From).DefaultIfEmpty(DateTimeOffset.MinValue).Max();

    public static CollateralPart Broken(QuoteStage stage, string fault) => new(stage, fault, []);

    /// <summary>Why the part does not count at a moment, or null.</summary>
    public QuoteError? FindFault(DateTimeOffset now)
    {
        if (Fault.Length > 0)
            return new QuoteError(Stage, Fault);
        foreach (Validity validity in Validities)
        {
            string fault = validity.FindFault(now);
            if (fault.Length > 0)
                return new QuoteError(Stage, fault);
        }
        return null;
    }
}
