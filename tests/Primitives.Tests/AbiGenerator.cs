using System.Numerics;
using System.Text.Json.Nodes;

namespace TeeTee.Primitives.Tests;

/// <summary>Random ABI types with values, and the values' JSON for the other implementation.</summary>
internal sealed class AbiGenerator(Random random)
{
    public AbiType Type(int depth) => random.Next(depth > 0 ? 12 : 8) switch
    {
        0 => AbiType.Parse($"uint{8 * random.Next(1, 33)}"),
        1 => AbiType.Parse($"int{8 * random.Next(1, 33)}"),
        2 => AbiType.Parse("bool"),
        3 => AbiType.Parse("address"),
        4 => AbiType.Parse($"bytes{random.Next(1, 33)}"),
        5 => AbiType.Parse("bytes"),
        6 => AbiType.Parse("string"),
        7 => AbiType.Parse("bytes32"),
        8 => AbiType.Parse($"{Type(depth - 1)}[]"),
        9 => AbiType.Parse($"{Type(depth - 1)}[{random.Next(1, 4)}]"),
        _ => AbiType.Parse($"({string.Join(',', Enumerable.Range(0, random.Next(1, 5)).Select(_ => Type(depth - 1)))})"),
    };

    public AbiType Elementary() => Type(0);

    public object Value(AbiType type) => type.Kind switch
    {
        AbiKind.UInt or AbiKind.Int => Integer(type),
        AbiKind.Bool => random.Next(2) == 1,
        AbiKind.Address => new Address(Bytes(20)),
        AbiKind.FixedBytes when type.Size == 32 => new Bytes32(Bytes(32)),
        AbiKind.FixedBytes => Bytes(type.Size),
        AbiKind.Bytes => Bytes(random.Next(100)),
        AbiKind.String => string.Concat(Enumerable.Range(0, random.Next(20)).Select(_ => random.Next(4) == 0 ? "é🦙" : "ab")),
        AbiKind.Array => Items(random.Next(4), _ => type.Element!),
        AbiKind.FixedArray => Items(type.Size, _ => type.Element!),
        _ => Items(type.Components.Count, index => type.Components[index]),
    };

    public static JsonNode Json(object value) => value switch
    {
        bool flag => JsonValue.Create(flag),
        string text => JsonValue.Create(text),
        byte[] data => JsonValue.Create(Hex.Encode(data)),
        object[] items => new JsonArray([.. items.Select(Json)]),
        _ => JsonValue.Create(value.ToString()!),
    };

    public byte[] Bytes(int length)
    {
        var data = new byte[length];
        random.NextBytes(data);
        return data;
    }

    private object[] Items(int count, Func<int, AbiType> type) => [.. Enumerable.Range(0, count).Select(index => Value(type(index)))];

    private object Integer(AbiType type)
    {
        var bytes = Bytes(type.Size / 8);
        if (random.Next(4) == 0)
            bytes.AsSpan(random.Next(bytes.Length)).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xff);
        BigInteger number = new(bytes, isUnsigned: type.Kind == AbiKind.UInt);
        return (type.Kind, type.Size) switch
        {
            (AbiKind.UInt, <= 64) => (object)(ulong)number,
            (AbiKind.UInt, <= 128) => (object)(UInt128)number,
            (AbiKind.Int, <= 64) => (object)(long)number,
            (AbiKind.Int, <= 128) => (object)(Int128)number,
            _ => number,
        };
    }
}
