using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace TeeTee.Attestation.Collateral;

/// <summary>Brings a revocation list to DER: services answer with DER, PEM or hex, and do not say which.</summary>
internal static class RevocationListForm
{
    private const byte Sequence = 0x30;

    private static ReadOnlySpan<byte> Begin => "-----BEGIN X509 CRL-----"u8;

    private static ReadOnlySpan<byte> End => "-----END X509 CRL-----"u8;

    /// <exception cref="FormatException">None of the three.</exception>
    public static byte[] ToDer(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> text = body.Trim(" \t\r\n\""u8);
        if (text.StartsWith(Begin))
            return FromPem(text[Begin.Length..]);
        // 0x30 is also the digit 0, but hex of DER begins with the digits 30.
        if (text.Length >= 2 && text[0] == (byte)'3' && text[1] == (byte)'0')
            return Convert.FromHexString(Encoding.ASCII.GetString(text));
        return !body.IsEmpty && body[0] == Sequence
            ? body.ToArray()
            : throw new FormatException("the revocation list is neither DER nor PEM nor hex");
    }

    private static byte[] FromPem(ReadOnlySpan<byte> text)
    {
        int length = text.IndexOf(End);
        if (length < 0)
            throw new FormatException("the PEM revocation list has no end");
        byte[] der = new byte[Base64.GetMaxDecodedFromUtf8Length(length)];
        OperationStatus status = Base64.DecodeFromUtf8(text[..length], der, out int consumed, out int written);
        return status == OperationStatus.Done && consumed == length
            ? der[..written]
            : throw new FormatException("bad base64 in the PEM revocation list");
    }
}
