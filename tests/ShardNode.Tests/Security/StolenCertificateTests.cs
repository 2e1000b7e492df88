using System.Diagnostics;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Tests.Security;

/// <summary>Certificates are public: who shows one must hold its key. .NET will not use a wrong one, so Node plays the thief.</summary>
public sealed class StolenCertificateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-thief-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false, "data")]
    [InlineData(true, "refused ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR")]
    public async Task Dial_AShardWithACertificate_NeedsItsKey(bool stolen, string expected)
    {
        await using Cluster cluster = await Cluster.StartAsync(2, attested: true);
        await PrepareAsync(cluster.Forge(0), stolen);
        using Process node = Start("client", cluster.Hosts[1].Address.Port.ToString(CultureInfo.InvariantCulture));

        Assert.Equal(expected, await node.StandardOutput.ReadLineAsync().Bound());
    }

    [Theory]
    [InlineData(false, "data")]
    [InlineData(true, "refused")]
    public async Task OpenJob_PeerWithACertificate_NeedsItsKey(bool stolen, string expected)
    {
        await using Cluster cluster = await Cluster.StartAsync(2, options => options with { Limits = options.Limits with { LinkConnect = TimeSpan.FromSeconds(2) } }, attested: true);
        await PrepareAsync(cluster.Forge(1), stolen);
        using Process node = Start("server", "");
        string port = (await node.StandardOutput.ReadLineAsync().Bound())!["port ".Length..];
        OpenJobRequest open = cluster.OpenOf(TestJob.Create(TestModel.Prompt(5), 3));
        open.Pipeline[1].Endpoint = $"https://127.0.0.1:{port}";

        JobRun run = await cluster.RunAsync(open).Bound();

        Assert.StartsWith(expected, await node.StandardOutput.ReadLineAsync().Bound(), StringComparison.Ordinal);
        Assert.Equal(JobFailure.LinkLost, run.Failed?.Code);
    }

    private async Task PrepareAsync(PeerForge forge, bool stolen)
    {
        using X509Certificate2 certificate = await forge.MakeAsync("honest");
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        using var thief = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ECParameters right = key.ExportParameters(includePrivateParameters: true);
        byte[] secret = stolen ? thief.ExportParameters(includePrivateParameters: true).D! : right.D!;
        await File.WriteAllTextAsync(Path.Combine(_folder, "cert.pem"), certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(Path.Combine(_folder, "key.pem"), PemEncoding.WriteString("EC PRIVATE KEY", Sec1(secret, right.Q)));
    }

    /// <summary>RFC 5915, with a public half that need not be the secret's.</summary>
    private static byte[] Sec1(byte[] secret, ECPoint point)
    {
        AsnWriter writer = new(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            writer.WriteOctetString(secret);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
                writer.WriteObjectIdentifier("1.2.840.10045.3.1.7");
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 1)))
                writer.WriteBitString([4, .. point.X!, .. point.Y!]);
        }
        return writer.Encode();
    }

    private Process Start(string role, string port) => Process.Start(new ProcessStartInfo(
        "node", [Repository.PathOf("tests", "ShardNode.Tests", "Support", "thief.mjs"), role, _folder, port])
    {
        RedirectStandardOutput = true,
    })!;
}
