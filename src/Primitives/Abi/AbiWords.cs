using System.Globalization;
using System.Numerics;

namespace TeeTee.Primitives;

/// <summary>One 32-byte word of an elementary static type, both ways.</summary>
internal static class AbiWords
{
    public const int Size = 32;

    public static void Encode(AbiType type, object value, Span<byte> word)
    {
        word.Clear();
        switch (type.Kind)
        {
            case AbiKind.UInt or AbiKind.Int:
                WriteInteger(type, ToInteger(value, type), word);
                break;
            case AbiKind.Bool:
                word[31] = Expect<bool>(value, type) ? (byte)1 : (byte)0;
                break;
            case AbiKind.Address:
                Expect<Address>(value, type).CopyTo(word[12..]);
                break;
            default:
                ToFixedBytes(value, type).CopyTo(word);
                break;
        }
    }

    public static object Decode(AbiType type, ReadOnlySpan<byte> word) => type.Kind switch
    {
        AbiKind.UInt => Unsigned(type, word),
        AbiKind.Int => Signed(type, word),
        AbiKind.Bool => word[31] <= 1 && IsZero(word[..31]) ? word[31] == 1 : throw Padding(type),
        AbiKind.Address => IsZero(word[..12]) ? new Address(word[12..]) : throw Padding(type),
        _ when !IsZero(word[type.Size..]) => throw Padding(type),
        _ when type.Size == Size => new Bytes32(word),
        _ => word[..type.Size].ToArray(),
    };

    public static bool IsZero(ReadOnlySpan<byte> data) => !data.ContainsAnyExcept((byte)0);

    public static MalformedDataException Padding(AbiType type) => new($"A value of type {type} is out of range or not padded canonically.");

    public static ArgumentException Mismatch(object? value, AbiType type) =>
        new($"A value of type {value?.GetType().Name ?? "null"} cannot be encoded as {type}.");

    public static byte[] ToFixedBytes(object value, AbiType type)
    {
        var data = value is Bytes32 hash ? hash.ToArray() : Expect<byte[]>(value, type);
        return data.Length == type.Size
            ? data
            : throw new ArgumentException($"{type} takes {type.Size} bytes, got {data.Length}.");
    }

    public static T Expect<T>(object? value, AbiType type) => value is T expected ? expected : throw Mismatch(value, type);

    public static BigInteger ToInteger(object value, AbiType type)
    {
        BigInteger number = value switch
        {
            BigInteger big => big,
            UInt128 big => big,
            Int128 big => big,
            byte or sbyte or short or ushort or int or uint or long => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            ulong big => big,
            _ => throw Mismatch(value, type),
        };
        var (low, high) = type.Kind == AbiKind.UInt
            ? (BigInteger.Zero, (BigInteger.One << type.Size) - 1)
            : (-(BigInteger.One << (type.Size - 1)), (BigInteger.One << (type.Size - 1)) - 1);
        return number >= low && number <= high
            ? number
            : throw new ArgumentException($"{number} does not fit {type}.");
    }

    private static void WriteInteger(AbiType type, BigInteger number, Span<byte> word)
    {
        if (number.Sign < 0)
            word.Fill(0xff);
        Span<byte> bytes = stackalloc byte[33];
        var unsigned = type.Kind == AbiKind.UInt;
        if (!number.TryWriteBytes(bytes, out var written, isUnsigned: unsigned, isBigEndian: true))
            throw new ArgumentException($"{number} does not fit {type}.");
        bytes[..written].CopyTo(word[(Size - written)..]);
    }

    private static object Unsigned(AbiType type, ReadOnlySpan<byte> word)
    {
        var bytes = type.Size / 8;
        if (!IsZero(word[..(Size - bytes)]))
            throw Padding(type);
        BigInteger number = new(word, isUnsigned: true, isBigEndian: true);
        return type.Size switch { <= 64 => (object)(ulong)number, <= 128 => (object)(UInt128)number, _ => number };
    }

    private static object Signed(AbiType type, ReadOnlySpan<byte> word)
    {
        var padding = word[..(Size - type.Size / 8)];
        var negative = (word[padding.Length] & 0x80) != 0;
        if (padding.ContainsAnyExcept(negative ? (byte)0xff : (byte)0))
            throw Padding(type);
        BigInteger number = new(word, isUnsigned: false, isBigEndian: true);
        return type.Size switch { <= 64 => (object)(long)number, <= 128 => (object)(Int128)number, _ => number };
    }
}
