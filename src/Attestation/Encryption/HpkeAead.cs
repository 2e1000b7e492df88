namespace TeeTee.Attestation.Encryption;

/// <summary>AEAD algorithms of RFC 9180 section 7.3 by their registered ids.</summary>
public enum HpkeAead
{
    /// <summary>AES-128-GCM.</summary>
    Aes128Gcm = 0x0001,

    /// <summary>AES-256-GCM, the project's default.</summary>
    Aes256Gcm = 0x0002,

    /// <summary>ChaCha20-Poly1305.</summary>
    ChaCha20Poly1305 = 0x0003,
}
