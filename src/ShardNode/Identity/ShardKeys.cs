using TeeTee.Attestation.Encryption;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;

namespace TeeTee.ShardNode.Identity;

/// <summary>The enclave's two keys, made on first start in files of mode 600 and kept for good.</summary>
internal sealed class ShardKeys : IDisposable
{
    private ShardKeys(PrivateKey signing, EnclaveEncryptionKey encryption) =>
        (Signing, Encryption, EncryptionPublicKey) = (signing, encryption, new Bytes32(encryption.PublicKey.Span));

    /// <summary>Signs receipts.</summary>
    public PrivateKey Signing { get; }

    /// <summary>Opens sealed input.</summary>
    public EnclaveEncryptionKey Encryption { get; }

    /// <summary>The public half of <see cref="Encryption"/>.</summary>
    public Bytes32 EncryptionPublicKey { get; }

    /// <exception cref="FailureException"><c>key_unusable</c>: a key file is damaged, too open or cannot be written.</exception>
    public static ShardKeys LoadOrCreate(string folder)
    {
        Directory.CreateDirectory(folder);
        string signing = Path.Combine(folder, "signing.key");
        try
        {
            if (!File.Exists(signing))
                KeyFile.CreateHex(signing, PrivateKey.Generate());
            return new ShardKeys(KeyFile.Load(signing), EnclaveEncryptionKey.LoadOrCreate(Path.Combine(folder, "encryption.key")));
        }
        catch (Exception e) when (e is KeyFileException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "key_unusable", e.Message, e);
        }
    }

    public void Dispose() => Encryption.Dispose();
}
