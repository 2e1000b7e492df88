using System.Runtime.Versioning;
using TeeTee.Attestation.Encryption;

namespace TeeTee.Attestation.Tests.Encryption;

public sealed class EnclaveEncryptionKeyTests
{
    private const string AlicePrivate = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
    private const string AlicePublic = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
    private const string BobPrivate = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
    private const string BobPublic = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
    private const string Shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";

    /// <summary>RFC 7748 section 5.2.</summary>
    [Theory]
    [InlineData(
        "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
        "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")]
    [InlineData(
        "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
        "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")]
    public void TryAgree_Rfc7748Vector_GivesItsOutput(string scalar, string point, string output)
    {
        using EnclaveEncryptionKey key = Key(scalar);
        Assert.True(key.TryAgree(Convert.FromHexString(point), out byte[] shared));
        Assert.Equal(output, Convert.ToHexStringLower(shared));
    }

    /// <summary>RFC 7748 section 6.1.</summary>
    [Fact]
    public void TryAgree_Rfc7748DiffieHellman_BothGetTheSecret()
    {
        using EnclaveEncryptionKey alice = Key(AlicePrivate);
        using EnclaveEncryptionKey bob = Key(BobPrivate);
        Assert.Equal(AlicePublic, Convert.ToHexStringLower(alice.PublicKey.Span));
        Assert.Equal(BobPublic, Convert.ToHexStringLower(bob.PublicKey.Span));

        Assert.True(alice.TryAgree(bob.PublicKey.Span, out byte[] ofAlice));
        Assert.True(bob.TryAgree(alice.PublicKey.Span, out byte[] ofBob));
        Assert.Equal(Shared, Convert.ToHexStringLower(ofAlice));
        Assert.Equal(Shared, Convert.ToHexStringLower(ofBob));
    }

    /// <summary>RFC 7748 section 5.2: a thousand times k, u = X25519(k, u), k.</summary>
    [Fact]
    public void TryAgree_Rfc7748ThousandTimes_GivesTheOutput()
    {
        byte[] scalar = [9, .. new byte[31]];
        byte[] point = [.. scalar];
        for (int i = 0; i < 1000; i++)
        {
            using var key = EnclaveEncryptionKey.FromPrivateKey(scalar);
            Assert.True(key.TryAgree(point, out byte[] output));
            (scalar, point) = (output, scalar);
        }
        Assert.Equal(
            "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51", Convert.ToHexStringLower(scalar));
    }

    [Fact]
    public void LoadOrCreate_SecondTime_GivesTheSameKey()
    {
        using TemporaryFolder folder = new();
        using var first = EnclaveEncryptionKey.LoadOrCreate(folder.File("a/key.pem"));
        using var second = EnclaveEncryptionKey.LoadOrCreate(folder.File("a/key.pem"));
        using var other = EnclaveEncryptionKey.LoadOrCreate(folder.File("b/key.pem"));
        Assert.Equal(first.PublicKey.ToArray(), second.PublicKey.ToArray());
        Assert.NotEqual(first.PublicKey.ToArray(), other.PublicKey.ToArray());
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void LoadOrCreate_File_IsForItsOwnerOnly()
    {
        using TemporaryFolder folder = new();
        string path = folder.File("key.pem");
        EnclaveEncryptionKey.LoadOrCreate(path).Dispose();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));

        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Throws<InvalidOperationException>(() => EnclaveEncryptionKey.LoadOrCreate(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")]
    public void LoadOrCreate_AnotherFile_IsNotAKey(string content)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("key.pem");
        EnclaveEncryptionKey.LoadOrCreate(path).Dispose();
        File.WriteAllText(path, content);
        Assert.Throws<InvalidOperationException>(() => EnclaveEncryptionKey.LoadOrCreate(path));
    }

    [ProgramFact("openssl", "version")]
    public async Task LoadOrCreate_File_IsReadByOpenSsl()
    {
        using TemporaryFolder folder = new();
        using var key = EnclaveEncryptionKey.LoadOrCreate(folder.File("key.pem"));
        await ChildProcess.RunAsync(
            "openssl",
            ["pkey", "-in", folder.File("key.pem"), "-pubout", "-outform", "DER", "-out", folder.File("public.der")]);
        byte[] der = await File.ReadAllBytesAsync(folder.File("public.der"));
        Assert.Equal(key.PublicKey.ToArray(), der[^32..]);
    }

    private static EnclaveEncryptionKey Key(string hex) =>
        EnclaveEncryptionKey.FromPrivateKey(Convert.FromHexString(hex));
}
