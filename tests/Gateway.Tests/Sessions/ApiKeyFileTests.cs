using TeeTee.Ethereum;
using TeeTee.Gateway.Sessions;
using TeeTee.Gateway.Tests.Support;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Tests.Sessions;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ApiKeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-keys-").FullName;

    private string KeysPath => Path.Combine(_folder, "api-keys.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_WrittenFile_OpensTheSessionsOfItsKeys()
    {
        string key = ApiKey.Generate();
        ApiKeyFile.Write(KeysPath, [Entry("one", key), Entry("two", ApiKey.Generate())]);

        using ApiKeyRing ring = ApiKeyFile.Load(KeysPath, new ScriptedSequencer(), TimeProvider.System);

        Assert.Equal("one", ring.Find(key)?.Name);
        Assert.Null(ring.Find(key + "0"));
        Assert.Null(ring.Find(null));
        Assert.Null(ring.Find(""));
        Assert.DoesNotContain(key, File.ReadAllText(KeysPath), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeysPath));
    }

    [Fact]
    public void Read_OthersMayRead_IsRefused()
    {
        ApiKeyFile.Write(KeysPath, [Entry("one", "tt-a")]);
        File.SetUnixFileMode(KeysPath, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.Contains("chmod 600", Assert.Throws<ApiKeyFileException>(() => ApiKeyFile.Read(KeysPath)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"keys":[{"name":"a"}]}""")]
    [InlineData("""{"keys":[],"more":1}""")]
    public void Read_Malformed_IsRefusedWithThePath(string text)
    {
        File.WriteAllText(KeysPath, text);
        File.SetUnixFileMode(KeysPath, UnixFileMode.UserRead | UnixFileMode.UserWrite);

        Assert.Contains(KeysPath, Assert.Throws<ApiKeyFileException>(() => ApiKeyFile.Read(KeysPath)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_SameKeyTwice_IsRefused()
    {
        ApiKeyFile.Write(KeysPath, [Entry("one", "tt-a"), Entry("two", "tt-a")]);

        Assert.Throws<ApiKeyFileException>(() => ApiKeyFile.Read(KeysPath));
    }

    [Fact]
    public void Load_MissingSigningKey_NamesTheEntryOnly()
    {
        ApiKeyFile.Write(KeysPath, [Entry("one", "tt-a") with { SigningKeyFile = "absent.key" }]);

        var fault = Assert.Throws<ApiKeyFileException>(() => ApiKeyFile.Load(KeysPath, new ScriptedSequencer(), TimeProvider.System));

        Assert.Contains("'one'", fault.Message, StringComparison.Ordinal);
    }

    private ApiKeyEntry Entry(string name, string key)
    {
        PrivateKey signer = PrivateKey.Generate();
        KeyFile.CreateHex(Path.Combine(_folder, name + ".key"), signer);
        return new ApiKeyEntry(name, ApiKey.Hash(key), signer.Address, name + ".key", 1_000, PaymentKind.Credits);
    }
}
