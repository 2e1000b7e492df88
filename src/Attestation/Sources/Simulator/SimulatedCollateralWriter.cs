using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>Signs the collateral of a simulated PKI.</summary>
/// <param name="root">Signs its own revocation list.</param>
/// <param name="authority">Signs the PCK revocation list.</param>
/// <param name="signer">Signs TCB info and QE identity.</param>
internal sealed class SimulatedCollateralWriter(X509Certificate2 root, X509Certificate2 authority, X509Certificate2 signer)
{
    private static readonly BigInteger s_crlNumber = BigInteger.One;

    public QuoteCollateral Write(SimulatedCollateralShape shape)
    {
        byte[] tcbInfo = Encoding.UTF8.GetBytes(shape.EditTcbInfo(SimulatedTcbInfo.Write(shape)));
        byte[] qeIdentity = Encoding.UTF8.GetBytes(shape.EditQeIdentity(SimulatedQeIdentity.Write(shape)));
        byte[] signingChain = Chain(signer);
        return new QuoteCollateral
        {
            PckCrlIssuerChain = Chain(authority),
            RootCaCrl = RevocationList(root, shape.RevokedAuthorities, shape),
            PckCrl = RevocationList(authority, shape.RevokedPcks, shape),
            TcbInfoIssuerChain = signingChain,
            TcbInfo = tcbInfo,
            TcbInfoSignature = Sign(tcbInfo),
            QeIdentityIssuerChain = signingChain,
            QeIdentity = qeIdentity,
            QeIdentitySignature = Sign(qeIdentity),
        };
    }

    private byte[] Chain(X509Certificate2 leaf) =>
        Encoding.ASCII.GetBytes($"{leaf.ExportCertificatePem()}\n{root.ExportCertificatePem()}\n");

    private static byte[] RevocationList(X509Certificate2 issuer, IReadOnlyList<ReadOnlyMemory<byte>> revoked, SimulatedCollateralShape shape)
    {
        CertificateRevocationListBuilder builder = new();
        foreach (ReadOnlyMemory<byte> serial in revoked)
            builder.AddEntry(serial.Span, shape.IssuedAt, X509RevocationReason.KeyCompromise);
        return builder.Build(issuer, s_crlNumber, shape.IssuedAt + shape.Lifetime, HashAlgorithmName.SHA256, null, shape.IssuedAt);
    }

    private byte[] Sign(byte[] text)
    {
        using ECDsa key = signer.GetECDsaPrivateKey()!;
        return key.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }
}
