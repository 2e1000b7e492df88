using System.Diagnostics.CodeAnalysis;
using TeeTee.Attestation.Certificates;

namespace TeeTee.Attestation.Collateral;

/// <summary>
/// What a provisioning certification service says about a platform, as it was signed: revocation lists, TCB info, QE identity and the
/// chains that vouch for them. Only carried here; nothing in it is believed before <see cref="Verification.QuoteVerifier"/> has checked it.
/// </summary>
/// <remarks>The bytes must not change after the first verification: what was checked of an instance is kept with it.</remarks>
public sealed record QuoteCollateral
{
    /// <summary>Most bytes of the JSON container.</summary>
    public const int MaxContainerSize = 1 << 20;

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

    /// <summary>
    /// Reads the JSON container that DCAP tools exchange (dcap-qvl's QuoteCollateralV3): chains and signed JSON as text, revocation lists and
    /// signatures as hex. Unknown members are ignored; what was signed is not looked into.
    /// </summary>
    /// <param name="json">UTF-8, at most <see cref="MaxContainerSize"/> bytes.</param>
    /// <param name="collateral">The result, with its own copies.</param>
    /// <param name="cause">Why it was refused, or empty.</param>
    /// <returns>False for a missing, repeated, ill-formed or oversized member.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out QuoteCollateral? collateral, out string cause)
    {
        collateral = BoundedJson.Read(json, MaxContainerSize, CollateralContainer.Read, out cause);
        return collateral is not null;
    }

    /// <summary>
    /// The platform that the collateral says it is about: FMSPC of the TCB info, and the name of the PCK revocation list's issuer. No
    /// signature is checked, so the answer is good for looking collateral up and for nothing else.
    /// </summary>
    /// <returns>False with a cause where either cannot be read.</returns>
    public bool TryReadPlatform(out PlatformId platform, out string cause)
    {
        platform = default;
        if (!Collateral.TcbInfo.TryRead(TcbInfo, out TcbInfo? info, out cause))
            return false;
        if (!RevocationList.TryRead(PckCrl, out RevocationList? list, out cause))
            return false;
        if (!PckAuthorities.TryFind(list.Issuer, out PckAuthority authority, out cause))
            return false;
        platform = new PlatformId(Convert.ToHexStringLower(info.Fmspc.Span), authority);
        return true;
    }

    /// <summary>The container, UTF-8; <see cref="TryParse"/> gives the same bytes in every member.</summary>
    public byte[] Write() => CollateralContainer.Write(this);
}
