namespace TeeTee.Attestation.Collateral;

/// <summary>What a TDX module must be, and how up to date its versions are.</summary>
public sealed record TdxModuleIdentity
{
    /// <summary>"TDX_" and two hex digits of the module's major version; empty for the module of TCB info's own member <c>tdxModule</c>.</summary>
    public required string Id { get; init; }

    /// <summary>48 bytes that MRSIGNER_SEAM must equal.</summary>
    public required ReadOnlyMemory<byte> MrSigner { get; init; }

    /// <summary>8 bytes that SEAM_ATTRIBUTES must equal under the mask.</summary>
    public required ReadOnlyMemory<byte> Attributes { get; init; }

    /// <summary>8 bytes.</summary>
    public required ReadOnlyMemory<byte> AttributesMask { get; init; }

    /// <summary>Levels by minor version, descending; empty for <c>tdxModule</c>, which has none.</summary>
    public required IReadOnlyList<IsvSvnLevel> Levels { get; init; }
}
