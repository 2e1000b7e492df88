using TeeTee.Attestation.Quotes;

namespace TeeTee.Attestation.Verification;

/// <summary>The values of MR_CONFIG_ID that name a compose file (dstack, form 1).</summary>
public static class MrConfigId
{
    private const int ComposeHashSize = 32;
    private const byte ComposeHashForm = 1;

    /// <summary>01 || sha256 of the compose file's exact bytes || 15 zero bytes: what a TD shows that dstack started from the file.</summary>
    /// <param name="composeHash">32 bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static byte[] OfComposeHash(ReadOnlySpan<byte> composeHash)
    {
        if (composeHash.Length != ComposeHashSize)
            throw new ArgumentException($"A compose hash of {composeHash.Length} bytes, not {ComposeHashSize}.", nameof(composeHash));
        byte[] value = new byte[QuoteLayout.MeasurementSize];
        value[0] = ComposeHashForm;
        composeHash.CopyTo(value.AsSpan(1));
        return value;
    }
}
