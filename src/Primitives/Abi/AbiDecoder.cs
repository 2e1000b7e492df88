using System.Buffers.Binary;
using System.Text;

namespace TeeTee.Primitives;

/// <summary>
/// Decodes in the canonical order: the tail of each dynamic value must start exactly where the one before it ended. That
/// alone rules out overlaps, gaps, cycles and amplification.
/// </summary>
internal readonly ref struct AbiDecoder(ReadOnlySpan<byte> data)
{
    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _data = data;

    public object[] All(IReadOnlyList<AbiType> types)
    {
        var end = 0;
        var values = Sequence(types.Count, index => types[index], 0, ref end);
        return end == _data.Length
            ? values
            : throw new MalformedDataException($"The ABI data ends at offset {end}, but has {_data.Length} bytes.");
    }

    /// <summary>Decodes heads at <paramref name="start"/> and their tails; <paramref name="end"/> becomes the end of the last.</summary>
    private object[] Sequence(int count, Func<int, AbiType> type, int start, ref int end)
    {
        long headSize = 0;
        for (var i = 0; i < count; i++)
            headSize += type(i).HeadSize;
        _ = Slice(start, headSize, "the head of an ABI sequence");
        end = start + (int)headSize;
        var values = new object[count];
        var at = start;
        for (var i = 0; i < count; i++)
        {
            if (type(i).IsDynamic)
            {
                if (Number(at, "an ABI offset") != end - start)
                    throw new MalformedDataException($"The ABI offset at {at} does not point to {end - start}.");
                values[i] = Dynamic(type(i), end, ref end);
            }
            else
            {
                values[i] = Static(type(i), at);
            }
            at += type(i).HeadSize;
        }
        return values;
    }

    private object Static(AbiType type, int at)
    {
        if (type.Kind is not (AbiKind.FixedArray or AbiKind.Tuple))
            return AbiWords.Decode(type, Slice(at, AbiWords.Size, "an ABI word"));
        var end = 0;
        var count = type.Kind == AbiKind.FixedArray ? type.Size : type.Components.Count;
        return Sequence(count, index => type.Element ?? type.Components[index], at, ref end);
    }

    private object Dynamic(AbiType type, int at, ref int end)
    {
        switch (type.Kind)
        {
            case AbiKind.Bytes:
                return Padded(at, ref end).ToArray();
            case AbiKind.String:
                return Text(Padded(at, ref end), at);
            case AbiKind.Array:
                var count = Number(at, "an ABI array count");
                // Every element has a head, so the count is checked before anything is allocated for it.
                _ = Slice(at + AbiWords.Size, (long)count * type.Element!.HeadSize, "an ABI array");
                return Sequence(count, _ => type.Element!, at + AbiWords.Size, ref end);
            case AbiKind.FixedArray:
                return Sequence(type.Size, _ => type.Element!, at, ref end);
            default:
                return Sequence(type.Components.Count, index => type.Components[index], at, ref end);
        }
    }

    private ReadOnlySpan<byte> Padded(int at, ref int end)
    {
        var length = Number(at, "an ABI length");
        var padded = ((long)length + 31) / 32 * 32;
        var data = Slice(at + AbiWords.Size, padded, "ABI bytes");
        if (!AbiWords.IsZero(data[length..]))
            throw new MalformedDataException($"ABI bytes at offset {at} are not padded with zeros.");
        end = at + AbiWords.Size + (int)padded;
        return data[..length];
    }

    private static string Text(ReadOnlySpan<byte> data, int at)
    {
        try
        {
            return s_strictUtf8.GetString(data);
        }
        catch (DecoderFallbackException e)
        {
            throw new MalformedDataException($"The ABI string at offset {at} is not UTF-8.", e);
        }
    }

    private int Number(int at, string what)
    {
        var word = Slice(at, AbiWords.Size, what);
        var low = BinaryPrimitives.ReadUInt32BigEndian(word[28..]);
        return AbiWords.IsZero(word[..28]) && low <= int.MaxValue
            ? (int)low
            : throw new MalformedDataException($"{what} at offset {at} is larger than any data.");
    }

    private ReadOnlySpan<byte> Slice(int at, long length, string what) => at > _data.Length || length > _data.Length - at
        ? throw new MalformedDataException(what, at, length, Math.Max(0, _data.Length - at))
        : _data.Slice(at, (int)length);
}
