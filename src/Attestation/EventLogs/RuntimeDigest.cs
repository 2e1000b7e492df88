using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TeeTee.Attestation.EventLogs;

/// <summary>
/// The digests of dstack's runtime events. Version 1 hashes type (little-endian), name and payload with colons between; version 2 hashes the
/// canonical JSON (RFC 8785) of name, payload and type, and travels with that preimage.
/// </summary>
internal static class RuntimeDigest
{
    public const int Size = SHA384.HashSizeInBytes;

    public static byte[] Version1(ReadOnlySpan<byte> name, ReadOnlySpan<byte> payload)
    {
        int length = sizeof(uint) + 2 + name.Length + payload.Length;
        Span<byte> message = length <= 512 ? stackalloc byte[length] : new byte[length];
        BinaryPrimitives.WriteUInt32LittleEndian(message, MeasuredEvent.RuntimeType);
        message[sizeof(uint)] = (byte)':';
        name.CopyTo(message[(sizeof(uint) + 1)..]);
        message[sizeof(uint) + 1 + name.Length] = (byte)':';
        payload.CopyTo(message[(sizeof(uint) + 2 + name.Length)..]);
        return SHA384.HashData(message);
    }

    public static byte[] Version2(string name, ReadOnlySpan<byte> payload) =>
        SHA384.HashData(Preimage(name, payload));

    /// <summary>The only byte sequence that is a version 2 preimage of this name and payload.</summary>
    public static byte[] Preimage(string name, ReadOnlySpan<byte> payload)
    {
        StringBuilder json = new("{\"name\":\"");
        AppendEscaped(json, name);
        json.Append("\",\"payload\":\"").Append(Convert.ToHexStringLower(payload));
        json.Append("\",\"type\":").Append(MeasuredEvent.RuntimeType.ToString(CultureInfo.InvariantCulture)).Append('}');
        return Encoding.UTF8.GetBytes(json.ToString());
    }

    /// <summary>RFC 8785 section 3.2.2.2: the short escapes, lower-case \u00xx for other controls, everything else as it is.</summary>
    private static void AppendEscaped(StringBuilder json, string text)
    {
        foreach (char c in text)
        {
            _ = c switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append("\\\\"),
                '\b' => json.Append("\\b"),
                '\f' => json.Append("\\f"),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                < ' ' => json.Append("\\u00").Append(((int)c).ToString("x2", CultureInfo.InvariantCulture)),
                _ => json.Append(c),
            };
        }
    }
}
