using System.Diagnostics.CodeAnalysis;

namespace TeeTee.Attestation.Encryption;

/// <summary>
/// Hybrid public-key encryption, RFC 9180 mode base with DHKEM(X25519, HKDF-SHA256) and HKDF-SHA256: anybody with
/// the recipient's public key can seal; only the recipient opens. It does not say who sealed.
/// </summary>
public static class Hpke
{
    /// <summary>Bytes of the encapsulated key in front of a single-shot message.</summary>
    public const int EncapsulatedKeySize = EnclaveEncryptionKey.Size;

    /// <summary>Bytes that <see cref="Seal"/> adds to a plaintext.</summary>
    public const int Overhead = EncapsulatedKeySize + HpkeCipher.TagSize;

    /// <summary>Seals one message with AES-256-GCM: encapsulated key (32) || ciphertext || tag (16).</summary>
    /// <param name="publicKey">The recipient's X25519 key, 32 bytes.</param>
    /// <param name="info">What the key is used for; both sides must agree on it.</param>
    /// <param name="associatedData">Authenticated but not sent along.</param>
    /// <param name="plaintext">Any length.</param>
    /// <exception cref="ArgumentException">The key does not have 32 bytes or has small order.</exception>
    public static byte[] Seal(
        ReadOnlySpan<byte> publicKey,
        ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> plaintext)
    {
        using HpkeContext context = SetupSender(publicKey, info, HpkeAead.Aes256Gcm, out byte[] encapsulated);
        return [.. encapsulated, .. context.Seal(associatedData, plaintext)];
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <returns>False for anything that was not sealed to this key with this info and associated data.</returns>
    public static bool TryOpen(
        EnclaveEncryptionKey key,
        ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> associatedData,
        ReadOnlySpan<byte> sealedMessage,
        [NotNullWhen(true)] out byte[]? plaintext)
    {
        plaintext = null;
        if (sealedMessage.Length < Overhead)
            return false;
        ReadOnlySpan<byte> encapsulated = sealedMessage[..EncapsulatedKeySize];
        if (!TrySetupReceiver(key, encapsulated, info, HpkeAead.Aes256Gcm, out HpkeContext? context))
            return false;
        using (context)
            return context.TryOpen(associatedData, sealedMessage[EncapsulatedKeySize..], out plaintext);
    }

    /// <summary>Whether anything can be sealed to a public key: 32 bytes, not of small order.</summary>
    public static bool IsRecipient(ReadOnlySpan<byte> publicKey)
    {
        using var probe = EnclaveEncryptionKey.Generate();
        return publicKey.Length == EnclaveEncryptionKey.Size && probe.TryAgree(publicKey, out _);
    }

    /// <summary>Starts a conversation to a public key; the encapsulated key (32 bytes) must reach the receiver.</summary>
    /// <exception cref="ArgumentException">The key does not have 32 bytes or has small order.</exception>
    public static HpkeContext SetupSender(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> info, HpkeAead aead, out byte[] encapsulated)
    {
        using var ephemeral = EnclaveEncryptionKey.Generate();
        return SetupSender(ephemeral, publicKey, info, aead, out encapsulated);
    }

    /// <summary>Takes up a conversation that a sender started.</summary>
    /// <returns>False for an encapsulated key that does not have 32 bytes or has small order.</returns>
    public static bool TrySetupReceiver(
        EnclaveEncryptionKey key,
        ReadOnlySpan<byte> encapsulated,
        ReadOnlySpan<byte> info,
        HpkeAead aead,
        [NotNullWhen(true)] out HpkeContext? context)
    {
        ArgumentNullException.ThrowIfNull(key);
        context = null;
        if (encapsulated.Length != EncapsulatedKeySize || !key.TryAgree(encapsulated, out byte[] shared))
            return false;
        byte[] secret = HpkeSchedule.SharedSecret(shared, encapsulated, key.PublicKey.Span);
        context = HpkeSchedule.Context(aead, secret, info);
        return true;
    }

    /// <summary>The same with a given ephemeral key: for test vectors only, it must never be used twice.</summary>
    internal static HpkeContext SetupSender(
        EnclaveEncryptionKey ephemeral,
        ReadOnlySpan<byte> publicKey,
        ReadOnlySpan<byte> info,
        HpkeAead aead,
        out byte[] encapsulated)
    {
        if (!ephemeral.TryAgree(publicKey, out byte[] shared))
            throw new ArgumentException("The public key has small order.", nameof(publicKey));
        encapsulated = ephemeral.PublicKey.ToArray();
        byte[] secret = HpkeSchedule.SharedSecret(shared, encapsulated, publicKey);
        return HpkeSchedule.Context(aead, secret, info);
    }
}
