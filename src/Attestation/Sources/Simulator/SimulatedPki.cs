using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Keys;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>
/// A stand-in for Intel's attestation PKI: root CA, PCK Platform CA and PCK certificates of the same structure and
/// names, marked by their organisation and pinned by their own root, so that no verifier of production quotes
/// accepts them.
/// </summary>
public sealed class SimulatedPki : IDisposable
{
    /// <summary>Organisation in every subject.</summary>
    public const string Organisation = "TeeTee simulated TEE";

    /// <summary>The file with the root certificate (PEM), for verifiers.</summary>
    public const string RootFile = "root.pem";

    /// <summary>The file with both authorities' certificates and keys (PEM, mode 600), for simulated machines.</summary>
    public const string AuthorityFile = "authority.pem";

    private static readonly TimeSpan s_backdating = TimeSpan.FromDays(1);

    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _platform;

    private SimulatedPki(X509Certificate2 root, X509Certificate2 platform)
    {
        _root = root;
        _platform = platform;
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
    /// Loads the PKI of a folder, or creates it there. Several processes may do so at once: one creates, all get the
    /// same.
    /// </summary>
    /// <exception cref="InvalidOperationException">The authority file is readable by others, or damaged.</exception>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    public static SimulatedPki LoadOrCreate(string folder, TimeProvider clock)
    {
        string authority = Path.Combine(folder, AuthorityFile);
        if (!File.Exists(authority))
        {
            using SimulatedPki created = Create(clock);
            PrivateFile.TryCreate(authority, Encoding.ASCII.GetBytes(created.ExportAuthority()));
        }

        SimulatedPki pki = Parse(Encoding.ASCII.GetString(PrivateFile.Read(authority)), authority);
        string root = Path.Combine(folder, RootFile);
        if (!File.Exists(root))
            PrivateFile.WritePublic(root, Encoding.ASCII.GetBytes(pki.RootPem));
        return pki;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _root.Dispose();
        _platform.Dispose();
    }

    internal static SimulatedPki Create(DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        X509Certificate2 root = SimulatedCertificates.CreateRoot(notBefore, notAfter);
        return new SimulatedPki(root, SimulatedCertificates.CreatePlatformAuthority(root));
    }

    /// <summary>A PCK certificate for a new key, with the chain as quotes carry it: leaf, CA, root, one NUL.</summary>
    internal (ECDsa Key, byte[] ChainPem) IssuePck(SimulatedPlatform platform)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 leaf = SimulatedCertificates.CreatePck(_platform, key, platform);
        string chain = string.Join('\n', leaf.ExportCertificatePem(), _platform.ExportCertificatePem(), RootPem);
        return (key, Encoding.ASCII.GetBytes(chain + "\n\0"));
    }

    private string ExportAuthority() => string.Join(
        '\n',
        _root.ExportCertificatePem(),
        _root.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
        _platform.ExportCertificatePem(),
        _platform.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem(),
        "");

    private static SimulatedPki Parse(string text, string path)
    {
        const string nextCertificate = "-----BEGIN CERTIFICATE-----";
        int second = text.LastIndexOf(nextCertificate, StringComparison.Ordinal);
        if (second <= 0)
            throw new InvalidOperationException($"{path} does not hold two authorities; remove it to make new ones.");
        try
        {
            return new SimulatedPki(ParseAuthority(text.AsSpan(0, second)), ParseAuthority(text.AsSpan(second)));
        }
        catch (CryptographicException damaged)
        {
            throw new InvalidOperationException($"{path} is damaged; remove it to make new authorities.", damaged);
        }
    }
    private static X509Certificate2 ParseAuthority(ReadOnlySpan<char> pem) =>
        X509Certificate2.CreateFromPem(pem, pem);
}
