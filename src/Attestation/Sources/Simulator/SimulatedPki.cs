using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>
/// A stand-in for Intel's attestation PKI, whole: root CA, PCK Platform and Processor CA, TCB signing, PCK certificates, and the revocation
/// lists, TCB info and QE identity that they sign. Structure and names are Intel's; the organisation marks it, and its own root pins it, so
/// that no verifier of production quotes accepts it and the full verifier runs wherever there is no hardware.
/// </summary>
public sealed class SimulatedPki : IDisposable
{
    /// <summary>Organisation in every subject.</summary>
    public const string Organisation = "TeeTee simulated TEE";

    /// <summary>The file with the root certificate (PEM), for verifiers.</summary>
    public const string RootFile = "root.pem";

    /// <summary>The file with certificates and keys of root and Platform CA (PEM, mode 600), for simulated machines.</summary>
    public const string AuthorityFile = "authority.pem";

    /// <summary>The file with certificates and keys of Processor CA and TCB signing (PEM, mode 600), for whoever renews collateral.</summary>
    public const string SigningFile = "signing.pem";

    /// <summary>The file with collateral (<see cref="QuoteCollateral.TryParse"/>), for verifiers.</summary>
    public const string CollateralFile = "collateral.json";

    private static readonly TimeSpan s_backdating = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _platform;
    private readonly X509Certificate2 _processor;
    private readonly X509Certificate2 _signer;

    internal SimulatedPki(X509Certificate2 root, X509Certificate2 platform, X509Certificate2 processor, X509Certificate2 signer)
    {
        (_root, _platform, _processor, _signer) = (root, platform, processor, signer);
        Root = TrustedRoot.FromCertificate(root.RawData);
    }

    /// <summary>What a verifier pins.</summary>
    public TrustedRoot Root { get; }

    /// <summary>The root certificate as PEM text.</summary>
    public string RootPem => _root.ExportCertificatePem();

    /// <summary>A new PKI, valid from a day before the clock's now for ten years.</summary>
    public static SimulatedPki Create(TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        DateTimeOffset now = clock.GetUtcNow();
        return Create(now - s_backdating, now.AddYears(10));
    }

    /// <summary>
    /// Loads the PKI of a folder, or creates it there; a folder of before there was collateral gets what it lacks below the same root. The
    /// collateral file is renewed when less than half of its time is left. Several processes may do so at once: one creates, all get the same.
    /// </summary>
    /// <exception cref="InvalidOperationException">A file with keys is readable by others, or damaged.</exception>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    public static SimulatedPki LoadOrCreate(string folder, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new SimulatedPkiFolder(folder).LoadOrCreate(clock);
    }

    /// <summary>
    /// Collateral for every machine of this PKI: signed as of a day before a moment, so that clocks may differ, and in date for 30 days from then.
    /// </summary>
    public QuoteCollateral Collateral(DateTimeOffset now) => Collateral(new SimulatedCollateralShape { IssuedAt = now - s_backdating });

    /// <inheritdoc/>
    public void Dispose()
    {
        _root.Dispose();
        _platform.Dispose();
        _processor.Dispose();
        _signer.Dispose();
    }

    internal static SimulatedPki Create(DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        X509Certificate2 root = SimulatedCertificates.CreateRoot(notBefore, notAfter);
        return new SimulatedPki(
            root,
            SimulatedCertificates.CreateAuthority(root, new SimulatedAuthorityShape()),
            SimulatedCertificates.CreateAuthority(root, new SimulatedAuthorityShape { CommonName = "Intel SGX PCK Processor CA" }),
            SimulatedCertificates.CreateSigner(root));
    }

    internal QuoteCollateral Collateral(SimulatedCollateralShape shape) =>
        new SimulatedCollateralWriter(_root, Authority(shape.Authority), _signer).Write(shape);

    /// <summary>A PCK certificate for a new key, with the chain as quotes carry it: leaf, CA, root, one NUL.</summary>
    internal (ECDsa Key, byte[] ChainPem, byte[] Serial) IssuePck(SimulatedPckShape shape)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        X509Certificate2 authority = shape.Intermediate ?? Authority(shape.Authority);
        using X509Certificate2 leaf = SimulatedCertificates.CreatePck(authority, key, shape);
        string[] chain = shape.EditChain([leaf.ExportCertificatePem(), authority.ExportCertificatePem(), RootPem]);
        return (key, Encoding.ASCII.GetBytes(string.Join('\n', chain) + "\n\0"), leaf.SerialNumberBytes.ToArray());
    }

    /// <summary>Another authority below the root, for chains that must be refused.</summary>
    internal X509Certificate2 IssueAuthority(SimulatedAuthorityShape shape) => SimulatedCertificates.CreateAuthority(_root, shape);

    /// <summary>The serial number of an authority's certificate, big-endian.</summary>
    internal ReadOnlyMemory<byte> SerialOf(PckAuthority authority) => Authority(authority).SerialNumberBytes;

    /// <summary>The serial number of the TCB signing certificate, big-endian.</summary>
    internal ReadOnlyMemory<byte> SignerSerial => _signer.SerialNumberBytes;

    /// <summary>Certificates and keys of root and Platform CA.</summary>
    internal string ExportAuthority() => SimulatedCertificates.Export(_root, _platform);

    /// <summary>Certificates and keys of Processor CA and TCB signing.</summary>
    internal string ExportSigning() => SimulatedCertificates.Export(_processor, _signer);

    private X509Certificate2 Authority(PckAuthority authority) => authority == PckAuthority.Platform ? _platform : _processor;
}
