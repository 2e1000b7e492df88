using System.Buffers;
using System.Buffers.Text;
using System.Formats.Asn1;

namespace TeeTee.Attestation.Certificates;

/// <summary>PEM certificates one after the other, with only white space between them and NULs at the end.</summary>
internal static class PemChain
{
    /// <summary>Most characters between the lines of one certificate: room for the largest one with line ends.</summary>
    private const int MaxBase64 = CertificateReader.MaxSize * 3 / 2;

    /// <exception cref="AsnContentException">Not exactly <paramref name="count"/> well-formed certificates.</exception>
    public static Certificate[] Read(ReadOnlyMemory<byte> pem, int count)
    {
        byte[][] ders = Split(pem.Span, count);
        return [.. ders.Select(der => CertificateReader.Read(der))];
    }

    private static byte[][] Split(ReadOnlySpan<byte> pem, int count)
    {
        List<byte[]> found = [];
        ReadOnlySpan<byte> rest = TrimEnd(pem);
        while (rest.Length > 0)
        {
            CertificateReader.Require(found.Count < count, $"more than {count} certificates in the chain");
            found.Add(Next(ref rest));
        }
        CertificateReader.Require(found.Count == count, $"{found.Count} certificates in the chain, not {count}");
        return [.. found];
    }

    private static byte[] Next(ref ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> begin = "-----BEGIN CERTIFICATE-----"u8;
        ReadOnlySpan<byte> end = "-----END CERTIFICATE-----"u8;
        CertificateReader.Require(rest.StartsWith(begin), "the chain is not PEM certificates");
        rest = rest[begin.Length..];
        int length = rest.IndexOf(end);
        CertificateReader.Require(length >= 0, "a PEM certificate has no end");
        byte[] der = Decode(rest[..length]);
        rest = rest[(length + end.Length)..].TrimStart(" \t\r\n"u8);
        return der;
    }

    private static byte[] Decode(ReadOnlySpan<byte> base64)
    {
        CertificateReader.Require(base64.Length <= MaxBase64, $"a PEM certificate of {base64.Length} characters is above {MaxBase64}");
        byte[] der = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        OperationStatus status = Base64.DecodeFromUtf8(base64, der, out int consumed, out int written);
        CertificateReader.Require(status == OperationStatus.Done && consumed == base64.Length, "bad base64 in PEM");
        return der[..written];
    }

    private static ReadOnlySpan<byte> TrimEnd(ReadOnlySpan<byte> pem) =>
        pem.TrimEnd((byte)0).Trim(" \t\r\n"u8);
}
