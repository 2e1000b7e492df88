using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Keys;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Sources.Simulator;

/// <summary>A <see cref="SimulatedPki"/> on disk. Each file with keys is created by exactly one process, whole; all others read it.</summary>
internal sealed class SimulatedPkiFolder(string folder)
{
    private const string NextCertificate = "-----BEGIN CERTIFICATE-----";

    private readonly string _authority = Path.Combine(folder, SimulatedPki.AuthorityFile);
    private readonly string _signing = Path.Combine(folder, SimulatedPki.SigningFile);
    private readonly string _root = Path.Combine(folder, SimulatedPki.RootFile);
    private readonly string _collateral = Path.Combine(folder, SimulatedPki.CollateralFile);

    public SimulatedPki LoadOrCreate(TimeProvider clock)
    {
        SimulatedPki pki = LoadOrCreateKeys(clock);
        if (!File.Exists(_root))
            PrivateFile.WritePublic(_root, Encoding.ASCII.GetBytes(pki.RootPem));
        DateTimeOffset now = clock.GetUtcNow();
        if (!HoldsFreshCollateral(pki, now))
            PrivateFile.WritePublic(_collateral, pki.Collateral(now).Write());
        return pki;
    }

    private SimulatedPki LoadOrCreateKeys(TimeProvider clock)
    {
        if (!File.Exists(_authority))
        {
            using var created = SimulatedPki.Create(clock);
            PrivateFile.TryCreate(_authority, Encoding.ASCII.GetBytes(created.ExportAuthority()));
        }
        (X509Certificate2 root, X509Certificate2 platform) = Read(_authority);
        if (!File.Exists(_signing))
        {
            // Below the root that the folder has, whoever made it.
            using X509Certificate2 madeProcessor = SimulatedCertificates.CreateAuthority(root, new SimulatedAuthorityShape { CommonName = "Intel SGX PCK Processor CA" });
            using X509Certificate2 madeSigner = SimulatedCertificates.CreateSigner(root);
            PrivateFile.TryCreate(_signing, Encoding.ASCII.GetBytes(SimulatedCertificates.Export(madeProcessor, madeSigner)));
        }
        (X509Certificate2 processor, X509Certificate2 signer) = Read(_signing);
        if (!IsBelow(root, processor) || !IsBelow(root, signer))
            throw new InvalidOperationException($"{_signing} is not of the root in {_authority}; remove {_signing} to make it anew.");
        return new SimulatedPki(root, platform, processor, signer);
    }

    private bool HoldsFreshCollateral(SimulatedPki pki, DateTimeOffset now)
    {
        FileInfo file = new(_collateral);
        if (!file.Exists || file.Length > QuoteCollateral.MaxContainerSize)
            return false;
        if (!QuoteCollateral.TryParse(File.ReadAllBytes(_collateral), out QuoteCollateral? held, out _))
            return false;
        CheckedCollateral read = CheckedCollateral.Of(held, pki.Root);
        bool counts = read.FindFault(tdx: true, now, minimumEvaluation: 0) is null;
        return counts && read.Expires - now >= (read.Expires - read.Begins) / 2;
    }

    private static bool IsBelow(X509Certificate2 root, X509Certificate2 certificate) =>
        PckChain.FindSignatureFault(CertificateReader.Read(certificate.RawData), CertificateReader.Read(root.RawData)).Length == 0;

    private static (X509Certificate2 First, X509Certificate2 Second) Read(string path)
    {
        string text = Encoding.ASCII.GetString(PrivateFile.Read(path));
        int second = text.LastIndexOf(NextCertificate, StringComparison.Ordinal);
        if (second <= 0)
            throw new InvalidOperationException($"{path} does not hold two authorities; remove it to make new ones.");
        try
        {
            return (Parse(text.AsSpan(0, second)), Parse(text.AsSpan(second)));
        }
        catch (CryptographicException damaged)
        {
            throw new InvalidOperationException($"{path} is damaged; remove it to make new authorities.", damaged);
        }
    }

    private static X509Certificate2 Parse(ReadOnlySpan<char> pem) => X509Certificate2.CreateFromPem(pem, pem);
}
