namespace TeeTee.Gateway.Attestation;

/// <summary>The step at which a slot of a report was refused.</summary>
public enum AttestationStage
{
    /// <summary>The report has no such entry, or the entry is about another nonce, model or layer range than it must be.</summary>
    Report,

    /// <summary>There is no collateral for the quote, or none that can be read.</summary>
    Collateral,

    /// <summary>The quote was refused; its verdict names the stage.</summary>
    Quote,

    /// <summary>The contracts do not have the slot or the keys as the quote binds them.</summary>
    Registration,
}
