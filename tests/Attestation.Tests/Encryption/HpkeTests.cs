using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using TeeTee.Attestation.Encryption;

namespace TeeTee.Attestation.Tests.Encryption;

public sealed class HpkeTests
{
    [Fact]
    public void Seal_AnyMessage_OpensAgain()
    {
        using var key = EnclaveEncryptionKey.Generate();
        Prop.ForAll<byte[], byte[], byte[]>((info, associatedData, plaintext) =>
        {
            byte[] message = Hpke.Seal(key.PublicKey.Span, info, associatedData, plaintext);
            return message.Length == plaintext.Length + Hpke.Overhead
                && Hpke.TryOpen(key, info, associatedData, message, out byte[]? opened)
                && opened.AsSpan().SequenceEqual(plaintext);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void TryOpen_AnyByteChanged_IsRefused()
    {
        using var key = EnclaveEncryptionKey.Generate();
        byte[] message = Hpke.Seal(key.PublicKey.Span, "info"u8, "aad"u8, "a prompt"u8);
        for (int i = 0; i < message.Length; i++)
        {
            // The top bit of an X25519 public key is ignored by the curve but bound by the KEM context.
            Assert.False(Hpke.TryOpen(key, "info"u8, "aad"u8, QuoteFixture.Flip(message, i, 0x80), out _));
            Assert.False(Hpke.TryOpen(key, "info"u8, "aad"u8, message.AsSpan(0, i), out _));
        }
    }

    [Fact]
    public void TryOpen_OtherKeyInfoOrAssociatedData_IsRefused()
    {
        using var key = EnclaveEncryptionKey.Generate();
        using var other = EnclaveEncryptionKey.Generate();
        byte[] message = Hpke.Seal(key.PublicKey.Span, "info"u8, "aad"u8, "a prompt"u8);

        Assert.False(Hpke.TryOpen(other, "info"u8, "aad"u8, message, out _));
        Assert.False(Hpke.TryOpen(key, "other"u8, "aad"u8, message, out _));
        Assert.False(Hpke.TryOpen(key, "info"u8, ""u8, message, out _));
        Assert.True(Hpke.TryOpen(key, "info"u8, "aad"u8, message, out _));
    }

    [Fact]
    public void Seal_SameMessageTwice_DiffersEverywhere()
    {
        using var key = EnclaveEncryptionKey.Generate();
        byte[] first = Hpke.Seal(key.PublicKey.Span, default, default, "a prompt"u8);
        byte[] second = Hpke.Seal(key.PublicKey.Span, default, default, "a prompt"u8);
        Assert.NotEqual(first[..32], second[..32]);
        Assert.NotEqual(first[32..], second[32..]);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void SetupSender_SmallOrderKey_IsRefused(string point)
    {
        byte[] bytes = Convert.FromHexString(point);
        using var key = EnclaveEncryptionKey.Generate();

        Assert.Throws<ArgumentException>(() => Hpke.Seal(bytes, default, default, default));
        Assert.False(Hpke.TryOpen(key, default, default, [.. bytes, .. new byte[16]], out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void SetupSender_WrongKeyLength_Throws(int length)
    {
        Assert.Throws<ArgumentException>(() => Hpke.Seal(new byte[length], default, default, default));
        Assert.Throws<ArgumentException>(() => EnclaveEncryptionKey.FromPrivateKey(new byte[length]));
        using var key = EnclaveEncryptionKey.Generate();
        Assert.False(Hpke.TrySetupReceiver(key, new byte[length], default, HpkeAead.Aes256Gcm, out _));
    }

    [Fact]
    public void TryOpen_ReorderedMessage_IsRefusedAndDoesNotMoveOn()
    {
        using var key = EnclaveEncryptionKey.Generate();
        using HpkeContext sender = Hpke.SetupSender(
            key.PublicKey.Span, default, HpkeAead.Aes256Gcm, out byte[] encapsulated);
        byte[] first = sender.Seal(default, "one"u8);
        byte[] second = sender.Seal(default, "two"u8);
        Assert.True(Hpke.TrySetupReceiver(key, encapsulated, default, HpkeAead.Aes256Gcm, out HpkeContext? receiver));
        using (receiver)
        {
            Assert.False(receiver.TryOpen(default, second, out _));
            Assert.True(receiver.TryOpen(default, first, out _));
            Assert.False(receiver.TryOpen(default, first, out _));
            Assert.True(receiver.TryOpen(default, second, out byte[] plaintext));
            Assert.Equal("two"u8.ToArray(), plaintext);
            Assert.Equal(2ul, receiver.Sequence);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8161)]
    public void Export_LengthOutOfRange_Throws(int length)
    {
        using var key = EnclaveEncryptionKey.Generate();
        using HpkeContext context = Hpke.SetupSender(key.PublicKey.Span, default, HpkeAead.Aes256Gcm, out _);
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Export(default, length));
    }

    [Fact]
    public void Export_AfterDispose_ThrowsInsteadOfKnownSecrets()
    {
        var key = EnclaveEncryptionKey.Generate();
        HpkeContext context = Hpke.SetupSender(key.PublicKey.Span, default, HpkeAead.Aes256Gcm, out byte[] sent);
        context.Dispose();
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => context.Export(default, 32));
        Assert.Throws<ObjectDisposedException>(() => context.Seal(default, default));
        Assert.Throws<ObjectDisposedException>(
            () => Hpke.TrySetupReceiver(key, sent, default, HpkeAead.Aes256Gcm, out _));
    }

    [Theory]
    [InlineData(HpkeAead.Aes128Gcm)]
    [InlineData(HpkeAead.Aes256Gcm)]
    [InlineData(HpkeAead.ChaCha20Poly1305)]
    public async Task Conversation_WithNodeCrypto_IsUnderstoodBothWays(HpkeAead aead)
    {
        using var key = EnclaveEncryptionKey.Generate();
        // Node imports private keys as PKCS #8 PEM, which is what our key file is.
        using TemporaryFolder folder = new();
        using var nodeKey = EnclaveEncryptionKey.LoadOrCreate(folder.File("key.pem"));
        byte[] info = [1, 2, 3];
        using HpkeContext sender = Hpke.SetupSender(nodeKey.PublicKey.Span, info, aead, out byte[] encapsulated);
        string request = JsonSerializer.Serialize(new
        {
            aead = (int)aead,
            info = Convert.ToHexStringLower(info),
            privateKeyPem = await File.ReadAllTextAsync(folder.File("key.pem")),
            encapsulated = Convert.ToHexStringLower(encapsulated),
            messages = new[] { Sealed(sender, 0), Sealed(sender, 1), Sealed(sender, 2) },
            recipient = Convert.ToHexStringLower(key.PublicKey.Span),
        });

        string script = Repository.PathOf("tests", "Attestation.Tests", "Encryption", "hpke.mjs");
        using var reply = JsonDocument.Parse(await ChildProcess.RunAsync("node", [script], request));

        IEnumerable<string> opened =
            reply.RootElement.GetProperty("opened").EnumerateArray().Select(message => message.GetString()!);
        Assert.Equal("message 0,message 1,message 2", string.Join(',', opened));
        string exported = reply.RootElement.GetProperty("exported").GetString()!;
        Assert.Equal(Convert.ToHexStringLower(sender.Export("response"u8, 32)), exported);
        AssertReadable(reply.RootElement, key, info, aead);
    }

    private static void AssertReadable(JsonElement reply, EnclaveEncryptionKey key, byte[] info, HpkeAead aead)
    {
        byte[] encapsulated = Convert.FromHexString(reply.GetProperty("encapsulated").GetString()!);
        Assert.True(Hpke.TrySetupReceiver(key, encapsulated, info, aead, out HpkeContext? receiver));
        using (receiver)
        {
            int number = 0;
            foreach (JsonElement message in reply.GetProperty("messages").EnumerateArray())
            {
                byte[] bytes = Convert.FromHexString(message.GetString()!);
                Assert.True(receiver.TryOpen([(byte)number], bytes, out byte[] plaintext));
                Assert.Equal($"reply {number++}", System.Text.Encoding.UTF8.GetString(plaintext));
            }
            Assert.Equal(3, number);
        }
    }

    private static string Sealed(HpkeContext context, byte number) => Convert.ToHexStringLower(
        context.Seal([number], System.Text.Encoding.UTF8.GetBytes($"message {number}")));
}
