namespace TeeTee.Attestation.Quotes;

/// <summary>Why a quote was refused: the stage that refused and a cause with the values compared.</summary>
public sealed record QuoteError(QuoteStage Stage, string Cause)
{
    /// <summary>"Stage: cause".</summary>
    public override string ToString() => $"{Stage}: {Cause}";
}
