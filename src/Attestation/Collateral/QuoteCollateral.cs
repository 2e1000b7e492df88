namespace TeeTee.Attestation.Collateral;

/// <summary>
/// What a provisioning certification service says about a platform, as it was signed: revocation lists, TCB info, QE identity and the
/// chains that vouch for them. Only carried here; nothing in it is believed before <see cref="Verification.QuoteVerifier"/> has checked it.
/// </summary>
public sealed record QuoteCollateral
{
    /// <summary>PEM: the authority that issues PCK certificates and signs <see cref="PckCrl"/>, then the root.</summary>
    public required ReadOnlyMemory<byte> PckCrlIssuerChain { get; init; }

    /// <summary>DER: the root's revocation list.</summary>
    public required ReadOnlyMemory<byte> RootCaCrl { get; init; }

    /// <summary>DER: the PCK issuer's revocation list.</summary>
    public required ReadOnlyMemory<byte> PckCrl { get; init; }

    /// <summary>PEM: the TCB signing certificate, then the root.</summary>
    public required ReadOnlyMemory<byte> TcbInfoIssuerChain { get; init; }

    /// <summary>The exact signed JSON text (UTF-8); the signature is over these bytes.</summary>
    public required ReadOnlyMemory<byte> TcbInfo { get; init; }

    /// <summary>r || s, 64 bytes.</summary>
    public required ReadOnlyMemory<byte> TcbInfoSignature { get; init; }

    /// <summary>PEM: the TCB signing certificate, then the root.</summary>
    public required ReadOnlyMemory<byte> QeIdentityIssuerChain { get; init; }

    /// <summary>The exact signed JSON text (UTF-8).</summary>
    public required ReadOnlyMemory<byte> QeIdentity { get; init; }

    /// <summary>r || s, 64 bytes.</summary>
    public required ReadOnlyMemory<byte> QeIdentitySignature { get; init; }
}
