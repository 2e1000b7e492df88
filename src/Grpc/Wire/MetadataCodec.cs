using System.Buffers.Text;
using System.Text;

namespace TeeTee.Grpc.Wire;

/// <summary>Metadata entries to and from header values.</summary>
internal static class MetadataCodec
{
    /// <summary>The header value of an entry; base64 goes without padding, as the protocol asks of senders.</summary>
    public static string ToHeader(GrpcMetadataEntry entry) =>
        entry.IsBinary ? Convert.ToBase64String(entry.Bytes.Span).TrimEnd('=') : entry.Text;

    /// <summary>
    /// Adds one header line to the metadata. Names of the transport are passed over; so are names and text
    /// that no gRPC peer may send, because an intermediary can add them.
    /// </summary>
    /// <returns>False when a binary value is not base64.</returns>
    public static bool TryAdd(GrpcMetadata metadata, string header, string value)
    {
        string name = header.ToLowerInvariant();
        if (!MetadataRules.IsName(name) || MetadataRules.IsReserved(name))
            return true;
        if (MetadataRules.IsBinary(name))
            return TryAddBinary(metadata, name, value);
        if (MetadataRules.IsText(value))
            metadata.AddFromWire(new GrpcMetadataEntry(name, value));
        return true;
    }

    // A peer or an intermediary may join several values of one name with commas.
    private static bool TryAddBinary(GrpcMetadata metadata, string name, string value)
    {
        foreach (Range part in value.AsSpan().Split(','))
        {
            if (!TryDecode(value.AsSpan()[part].Trim(), out byte[] bytes))
                return false;
            metadata.AddFromWire(new GrpcMetadataEntry(name, bytes));
        }

        return true;
    }

    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        text = text.TrimEnd('=');
        if (text.Length % 4 == 1 || text.ContainsAny(' ', '\t'))
            return false;
        byte[] padded = new byte[(text.Length + 3) / 4 * 4];
        if (Encoding.ASCII.GetBytes(text, padded) != text.Length)
            return false;
        padded.AsSpan(text.Length).Fill((byte)'=');
        byte[] decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(padded.Length)];
        if (Base64.DecodeFromUtf8(padded, decoded, out _, out int written) != System.Buffers.OperationStatus.Done)
            return false;
        bytes = decoded[..written];
        return true;
    }
}
