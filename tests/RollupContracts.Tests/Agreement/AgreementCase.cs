using TeeTee.Attestation.Collateral;

namespace TeeTee.RollupContracts.Tests.Agreement;

/// <summary>One quote of the corpus with all that both verifiers judge it by.</summary>
internal sealed record AgreementCase
{
    public required int Index { get; init; }

    /// <summary>What was done to an ordinary quote.</summary>
    public required string Name { get; init; }

    public required Expectation Expected { get; init; }

    public required AgreementWorld World { get; init; }

    /// <summary>The collateral of the quote's platform, which the world's registry was set from.</summary>
    public required QuoteCollateral Collateral { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>The 64 bytes that both expect.</summary>
    public required byte[] ReportData { get; init; }

    public required byte[] Quote { get; init; }

    /// <summary>The PCK certificate that the chain is given, DER: the one inside the quote.</summary>
    public required byte[] Leaf { get; init; }

    /// <summary>Its issuer, DER: the one inside the quote.</summary>
    public required byte[] Issuer { get; init; }
}
