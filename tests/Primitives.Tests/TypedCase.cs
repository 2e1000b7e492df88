using System.Text.Json.Nodes;

namespace TeeTee.Primitives.Tests;

/// <summary>A random EIP-712 message with a nested struct, alone and in arrays.</summary>
internal sealed record TypedCase(Eip712Domain Domain, Eip712Struct Inner, Eip712Struct Outer, object[] Values)
{
    public static TypedCase Generate(Random random)
    {
        AbiGenerator generator = new(random);
        Eip712Struct inner = new("Inner", Fields(generator, random, []));
        Eip712Struct outer = new("Outer", Fields(generator, random, ["Inner", "Inner[]", "Inner[2]", "Inner[][]"]), inner);
        Eip712Domain domain = new("TeeTee", $"{random.Next(9)}", (ulong)random.NextInt64(), new Address(generator.Bytes(20)));
        return new TypedCase(domain, inner, outer, Draw(outer, inner, generator, random));
    }

    public JsonObject ToJson() => new()
    {
        ["domain"] = new JsonObject
        {
            ["name"] = Domain.Name,
            ["version"] = Domain.Version,
            ["chainId"] = Domain.ChainId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["verifyingContract"] = Domain.VerifyingContract.ToString(),
        },
        ["types"] = new JsonObject { ["Inner"] = Types(Inner), ["Outer"] = Types(Outer) },
        ["message"] = Message("Outer", Values),
    };

    private static Eip712Field[] Fields(AbiGenerator generator, Random random, string[] structs) =>
    [
        .. Enumerable.Range(0, random.Next(1, 6)).Select(i => new Eip712Field($"field{i}", generator.Elementary() + (random.Next(4) == 0 ? "[]" : ""))),
        .. structs.Where(_ => random.Next(2) == 0).Select((type, i) => new Eip712Field($"nested{i}", type)),
        new Eip712Field("last", structs.Length > 0 ? "Inner" : "uint64"),
    ];

    private static object[] Draw(Eip712Struct type, Eip712Struct inner, AbiGenerator generator, Random random) =>
        [.. type.Fields.Select(field => Value(field.Type, inner, generator, random))];

    private static object Value(string type, Eip712Struct inner, AbiGenerator generator, Random random)
    {
        if (!type.StartsWith("Inner", StringComparison.Ordinal))
            return generator.Value(AbiType.Parse(type));
        if (!type.EndsWith(']'))
            return Draw(inner, inner, generator, random);
        var open = type.LastIndexOf('[');
        var count = type[open..] == "[]" ? random.Next(3) : 2;
        return Enumerable.Range(0, count).Select(_ => Value(type[..open], inner, generator, random)).ToArray();
    }

    private static JsonArray Types(Eip712Struct type) =>
        new([.. type.Fields.Select(field => (JsonNode)new JsonObject { ["name"] = field.Name, ["type"] = field.Type })]);

    private JsonNode Message(string type, object value)
    {
        if (type.EndsWith(']'))
            return new JsonArray([.. ((object[])value).Select(item => Message(type[..type.LastIndexOf('[')], item))]);
        if (type is not ("Inner" or "Outer"))
            return AbiGenerator.Json(value);
        var fields = (type == "Inner" ? Inner : Outer).Fields;
        return new JsonObject(fields.Zip((object[])value).Select(pair => KeyValuePair.Create(pair.First.Name, (JsonNode?)Message(pair.First.Type, pair.Second))));
    }
}
