using TeeTee.Attestation.Encryption;
using TeeTee.Primitives;

namespace TeeTee.Attestation.Tests.Encryption;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DataKeyTests
{
    private static readonly Address s_user = Address.Parse("0x00000000000000000000000000000000000000aa");

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void From_WrongLength_Throws(int length) => Assert.Throws<ArgumentException>(() => DataKey.From(new byte[length]));

    [Fact]
    public void Salts_EveryJobUserNonceAndModel_AreTheirOwn()
    {
        using DataKey key = DataKey.Generate();
        using DataKey other = DataKey.Generate();
        HashSet<Bytes32> salts =
        [
            First(key.SaltsOf(Hash(1))), First(key.SaltsOf(Hash(2))), First(other.SaltsOf(Hash(1))),
            First(key.PromptSaltsOf(s_user, 1, Hash(1))), First(key.PromptSaltsOf(s_user, 2, Hash(1))), First(key.PromptSaltsOf(s_user, 1, Hash(2))),
            First(key.PromptSaltsOf(Address.Parse("0x00000000000000000000000000000000000000ab"), 1, Hash(1))), First(other.PromptSaltsOf(s_user, 1, Hash(1))),
        ];

        Assert.Equal(8, salts.Count);
    }

    [Fact]
    public void Use_AfterDispose_ThrowsInsteadOfKnownKeys()
    {
        DataKey key = DataKey.Generate();
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.ToArray());
        Assert.Throws<ObjectDisposedException>(() => key.SaltsOf(Hash(1)));
        Assert.Throws<ObjectDisposedException>(() => key.Wrap(Hash(1), new SealedBinding(Hash(1), s_user, 1, Hash(1))));
    }

    [Fact]
    public void File_CreatedAndLoaded_IsPrivateAndNeverOverwritten()
    {
        using TemporaryFolder folder = new();
        using DataKey key = DataKey.Generate();
        string path = folder.File("job.key");

        DataKeyFile.Create(path, Hash(1), key);
        DataKeyFile loaded = DataKeyFile.Load(path);

        Assert.Equal((Hash(1), new Bytes32(key.ToArray())), (loaded.JobId, loaded.Key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.DoesNotContain(loaded.Key.ToString(), $"{loaded}", StringComparison.OrdinalIgnoreCase);
        Assert.Throws<InvalidOperationException>(() => DataKeyFile.Create(path, Hash(2), key));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Throws<InvalidOperationException>(() => DataKeyFile.Load(path));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{\"jobId\":\"0x12\"}")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("{\"jobId\":\"0x1111111111111111111111111111111111111111111111111111111111111111\"}")]
    public void File_OfAnotherKind_IsRefused(string content)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("job.key");
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, UnixFileMode.UserRead);

        Assert.Throws<InvalidOperationException>(() => DataKeyFile.Load(path));
    }

    [Fact]
    public void EncryptionKey_CreatedTwice_RefusesAndSecretsFollowTheKey()
    {
        using TemporaryFolder folder = new();
        using EnclaveEncryptionKey created = EnclaveEncryptionKey.Create(folder.File("audit.pem"));
        using EnclaveEncryptionKey loaded = EnclaveEncryptionKey.Load(folder.File("audit.pem"));
        using EnclaveEncryptionKey other = EnclaveEncryptionKey.Generate();

        Assert.Equal(created.PublicKey.ToArray(), loaded.PublicKey.ToArray());
        Assert.Equal(created.DeriveSecret("a"u8), loaded.DeriveSecret("a"u8));
        Assert.NotEqual(created.DeriveSecret("a"u8), created.DeriveSecret("b"u8));
        Assert.NotEqual(created.DeriveSecret("a"u8), other.DeriveSecret("a"u8));
        Assert.Throws<InvalidOperationException>(() => EnclaveEncryptionKey.Create(folder.File("audit.pem")));
    }

    private static Bytes32 First(CommitmentSalts salts) => salts.Of(SaltKind.TokensPage, 0, 0, 0);

    private static Bytes32 Hash(byte number) => Keccak256.Hash([number]);
}
