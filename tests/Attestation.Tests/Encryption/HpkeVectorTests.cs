using TeeTee.Attestation.Encryption;

namespace TeeTee.Attestation.Tests.Encryption;

/// <summary>
/// RFC 9180 appendices A.1.1 (AES-128-GCM) and A.2.1 (ChaCha20-Poly1305); for AES-256-GCM, which has none there with
/// X25519, the base-mode vector of the same working group's generator that BoringSSL and Tink test against.
/// </summary>
public sealed class HpkeVectorTests
{
    private const string Info = "4f6465206f6e2061204772656369616e2055726e";
    private const string Plaintext = "4265617574792069732074727574682c20747275746820626561757479";
    private const string A1Recipient = "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8";
    private const string A1RecipientPublic = "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d";
    private const string A1Ephemeral = "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736";
    private const string A1Encapsulated = "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431";

    [Theory]
    [InlineData(
        HpkeAead.Aes128Gcm,
        A1RecipientPublic,
        A1Ephemeral,
        "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a")]
    [InlineData(
        HpkeAead.ChaCha20Poly1305,
        "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
        "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600",
        "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28")]
    [InlineData(
        HpkeAead.Aes256Gcm,
        "ac66bae9ffa270cf4a89ed9f274e30c0456babae2572aaaf002ff0d8884ab018",
        "28e212563a8b6f068af7ff17400ff1baf23612b7a738bbaf5dfb321b2b5b431a",
        "23ded2d5d90ea89d975dac4792b297240f194952d7421aacbff0474100052b6bb8aa58d18ef6c42b6960e2e28f")]
    public void Seal_PublishedVector_GivesItsCiphertext(
        HpkeAead aead, string recipient, string ephemeral, string ciphertext)
    {
        using var key = EnclaveEncryptionKey.FromPrivateKey(Hex(ephemeral));
        using HpkeContext sender = Hpke.SetupSender(key, Hex(recipient), Hex(Info), aead, out _);

        Assert.Equal(ciphertext, Convert.ToHexStringLower(sender.Seal("Count-0"u8, Hex(Plaintext))));
    }

    [Fact]
    public void TryOpen_A1Sequence_OpensMessagesInOrder()
    {
        using HpkeContext receiver = A1Receiver();
        string[] messages =
        [
            "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
            "af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab251c03d0c22a56b8ca42c2063b84",
        ];
        for (int i = 0; i < messages.Length; i++)
        {
            byte[] associatedData = System.Text.Encoding.ASCII.GetBytes($"Count-{i}");
            Assert.True(receiver.TryOpen(associatedData, Hex(messages[i]), out byte[] plaintext));
            Assert.Equal(Plaintext, Convert.ToHexStringLower(plaintext));
        }
    }

    /// <summary>RFC 9180 appendix A.2.1: the receiver's side of ChaCha20-Poly1305.</summary>
    [Fact]
    public void TryOpen_A2Sequence_OpensMessagesInOrder()
    {
        using var key = EnclaveEncryptionKey.FromPrivateKey(Hex("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"));
        Assert.True(Hpke.TrySetupReceiver(
            key, Hex("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"), Hex(Info), HpkeAead.ChaCha20Poly1305, out HpkeContext? receiver));
        string[] messages =
        [
            "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
            "6b53c051e4199c518de79594e1c4ab18b96f081549d45ce015be002090bb119e85285337cc95ba5f59992dc98c",
        ];
        using (receiver)
        {
            for (int i = 0; i < messages.Length; i++)
            {
                Assert.True(receiver.TryOpen(System.Text.Encoding.ASCII.GetBytes($"Count-{i}"), Hex(messages[i]), out byte[] plaintext));
                Assert.Equal(Plaintext, Convert.ToHexStringLower(plaintext));
            }
            Assert.Equal("4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e", Convert.ToHexStringLower(receiver.Export(default, 32)));
        }
    }

    [Theory]
    [InlineData("", "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee")]
    [InlineData("00", "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5")]
    [InlineData(
        "54657374436f6e74657874", "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931")]
    public void Export_A1Contexts_GiveTheirValues(string exporterContext, string value)
    {
        using HpkeContext receiver = A1Receiver();
        Assert.Equal(value, Convert.ToHexStringLower(receiver.Export(Hex(exporterContext), 32)));
    }

    [Fact]
    public void PublicKey_A1Keys_AreDerived()
    {
        using var ephemeral = EnclaveEncryptionKey.FromPrivateKey(Hex(A1Ephemeral));
        using var recipient = EnclaveEncryptionKey.FromPrivateKey(Hex(A1Recipient));
        Assert.Equal(A1Encapsulated, Convert.ToHexStringLower(ephemeral.PublicKey.Span));
        Assert.Equal(A1RecipientPublic, Convert.ToHexStringLower(recipient.PublicKey.Span));
    }

    private static HpkeContext A1Receiver()
    {
        using var key = EnclaveEncryptionKey.FromPrivateKey(Hex(A1Recipient));
        Assert.True(Hpke.TrySetupReceiver(
            key, Hex(A1Encapsulated), Hex(Info), HpkeAead.Aes128Gcm, out HpkeContext? context));
        return context;
    }

    private static byte[] Hex(string text) => Convert.FromHexString(text);
}
