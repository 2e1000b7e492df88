using TeeTee.Primitives;

namespace TeeTee.Ethereum.Tests.Keys;

public sealed class KeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-keys-").FullName;

    // The test vectors of the Web3 Secret Storage Definition.
    private const string Pbkdf2 =
        """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2",
        "kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},
        "mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """;

    private const string Scrypt =
        """
        {"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"83dbcc02d8ccb40e466191a123791e0e"},
        "ciphertext":"d172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c","kdf":"scrypt",
        "kdfparams":{"dklen":32,"n":262144,"p":8,"r":1,"salt":"ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19"},
        "mac":"2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}
        """;

    private const string VectorSecret = "0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Pbkdf2)]
    [InlineData(Scrypt)]
    public void Load_SecretStorageVector_IsKnown(string keystore) =>
        Assert.Equal(PrivateKey.Parse(VectorSecret).Address, KeyFile.Load(Write("k", keystore), Write("p", "testpassword\n")).Address);

    [Fact]
    public void Load_WrongPasswordOrTampering_SaysSo()
    {
        var keystore = Write("k", Pbkdf2);
        Assert.Contains("password", Assert.Throws<KeyFileException>(() => KeyFile.Load(keystore, Write("p", "wrong"))).Message, StringComparison.Ordinal);
        Assert.Contains("password file", Assert.Throws<KeyFileException>(() => KeyFile.Load(keystore)).Message, StringComparison.Ordinal);
        var password = Write("p2", "testpassword");
        foreach (var (from, to) in new[]
        {
            ("5318b4d5", "5318b4d6"), ("\"version\":3", "\"version\":1"), ("262144", "2000000000"), ("aes-128-ctr", "aes-128-cbc"),
            ("\"dklen\":32", "\"dklen\":16"), ("\"mac\"", "\"cam\""), ("6087dab2f9fd", "6087dab2f9"), ("hmac-sha256", "hmac-sha1"), ("\"c\":262144", "\"c\":\"x\""),
        })
        {
            Assert.Contains(from, Pbkdf2, StringComparison.Ordinal);
            Assert.Throws<KeyFileException>(() => KeyFile.Load(Write($"m{to.Length}{to.GetHashCode(StringComparison.Ordinal)}", Pbkdf2.Replace(from, to, StringComparison.Ordinal)), password));
        }
        Assert.Throws<KeyFileException>(() => KeyFile.Load(Write("n", Scrypt.Replace("\"n\":262144", "\"n\":1073741824", StringComparison.Ordinal)), password));
    }

    [Fact]
    public void CreateHex_NewFile_LoadsAndIsPrivate()
    {
        var key = PrivateKey.Generate();
        var path = Path.Combine(_folder, "key");
        KeyFile.CreateHex(path, key);
        Assert.Equal(key.Address, KeyFile.Load(path).Address);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Throws<KeyFileException>(() => KeyFile.CreateHex(path, PrivateKey.Generate()));
        Assert.Equal(key.Address, KeyFile.Load(path).Address);
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void Load_HexOthersCanRead_Refuses()
    {
        if (OperatingSystem.IsWindows())
            return;
        var path = Write("open", VectorSecret);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var error = Assert.Throws<KeyFileException>(() => KeyFile.Load(path));
        Assert.Contains("640", error.Message, StringComparison.Ordinal);
        Assert.Contains("chmod 600", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(VectorSecret[2..], error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0x1234")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{\"crypto\":7,\"version\":3}")]
    [InlineData("[]")]
    public void Load_NoKey_ThrowsKeyFileException(string text) =>
        Assert.Throws<KeyFileException>(() => KeyFile.Load(Write("bad", text), Write("p", "x")));

    [Fact]
    public void Load_MissingFile_ThrowsKeyFileException()
    {
        Assert.Throws<KeyFileException>(() => KeyFile.Load(Path.Combine(_folder, "absent")));
        Assert.Throws<KeyFileException>(() => KeyFile.Load(Write("k", Pbkdf2), Path.Combine(_folder, "absent")));
    }

    [Fact]
    public async Task CreateKeystore_OurFile_IsReadByCast()
    {
        var key = PrivateKey.Generate();
        var path = Path.Combine(_folder, "keystore.json");
        KeyFile.CreateKeystore(path, key, "pass wörd");
        var password = Write("password", "pass wörd");
        Assert.Equal(key.Address, KeyFile.Load(path, password).Address);
        Assert.Equal(key.Address.ToString(), await ExternalPrograms.CastAsync("wallet", "address", "--keystore", path, "--password-file", password));
    }

    [Fact]
    public async Task Load_KeystoreOfCast_IsRead()
    {
        await ExternalPrograms.CastAsync("wallet", "import", "ours", "--keystore-dir", _folder, "--private-key", VectorSecret, "--unsafe-password", "secret");
        Assert.Equal(PrivateKey.Parse(VectorSecret).Address, KeyFile.Load(Path.Combine(_folder, "ours"), Write("password", "secret\n")).Address);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return path;
    }
}
