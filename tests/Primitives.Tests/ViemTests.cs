using System.Text.Json;
using System.Text.Json.Nodes;

namespace TeeTee.Primitives.Tests;

/// <summary>Generated inputs, compared with viem in one node process for each test.</summary>
public sealed class ViemTests
{
    private static readonly string[] s_script = ["tests", "Primitives.Tests", "Node", "primitives.mjs"];

    [Fact]
    public async Task Hash_RandomData_EqualsViem()
    {
        AbiGenerator generator = new(new Random(21));
        byte[][] messages = [.. Enumerable.Range(0, 300).Select(generator.Bytes), generator.Bytes(100_000)];
        Address[] addresses = [.. Enumerable.Range(0, 100).Select(_ => new Address(generator.Bytes(20)))];
        var hex = messages.Select(message => (JsonNode)Hex.Encode(message)).ToArray();
        var answer = await AskAsync(
            ("keccak", new JsonArray([.. hex.Select(node => node.DeepClone())])),
            ("sha256", new JsonArray(hex)),
            ("checksum", new JsonArray([.. addresses.Select(address => (JsonNode)Hex.Encode(address.ToArray()))])));
        Assert.Equal(Texts(answer, "keccak"), messages.Select(message => Keccak256.Hash(message).ToString()));
        Assert.Equal(Texts(answer, "sha256"), messages.Select(message => Sha256.Hash(message).ToString()));
        Assert.Equal(Texts(answer, "checksum"), addresses.Select(address => address.ToString()));
    }

    [Fact]
    public async Task Abi_RandomNestedTypes_EqualsViem()
    {
        AbiGenerator generator = new(new Random(22));
        List<(AbiType[] Types, object[] Values)> cases = [];
        for (var i = 0; i < 400; i++)
        {
            AbiType[] types = [.. Enumerable.Range(0, 1 + i % 5).Select(_ => generator.Type(3))];
            cases.Add((types, [.. types.Select(generator.Value)]));
        }
        var answer = await AskAsync(("abi", new JsonArray([.. cases.Select(item => new JsonObject
        {
            ["types"] = string.Join(',', item.Types.AsEnumerable()),
            ["values"] = AbiGenerator.Json(item.Values),
        })])));
        foreach (var ((types, values), expected) in cases.Zip(Texts(answer, "abi")))
        {
            Assert.Equal(expected, Hex.Encode(AbiCodec.Encode(types, values)));
            Assert.Equal(values, AbiCodec.Decode(types, Hex.Decode(expected)));
        }
    }

    [Fact]
    public async Task Packed_RandomElementaryTypes_EqualsViem()
    {
        AbiGenerator generator = new(new Random(23));
        List<(AbiType[] Types, object[] Values)> cases = [];
        for (var i = 0; i < 100; i++)
        {
            AbiType[] types = [.. Enumerable.Range(0, 1 + i % 6).Select(_ => generator.Elementary())];
            cases.Add((types, [.. types.Select(generator.Value)]));
        }
        var answer = await AskAsync(("packed", new JsonArray([.. cases.Select(item => new JsonObject
        {
            ["types"] = new JsonArray([.. item.Types.Select(type => (JsonNode)type.ToString())]),
            ["values"] = AbiGenerator.Json(item.Values),
        })])));
        Assert.Equal(Texts(answer, "packed"), cases.Select(item => Hex.Encode(AbiPacked.Encode(item.Types, item.Values))));
    }

    [Fact]
    public async Task Signatures_RandomTypes_EqualViem()
    {
        AbiGenerator generator = new(new Random(24));
        var signatures = Enumerable.Range(0, 60)
            .Select(i => $"name{i}({string.Join(',', Enumerable.Range(0, i % 4).Select(_ => generator.Type(2)))})").ToArray();
        var answer = await AskAsync(
            ("selectors", new JsonArray([.. signatures.Select(text => (JsonNode)$"function {text}")])),
            ("topics", new JsonArray([.. signatures.Select(text => (JsonNode)$"event {text}")])));
        Assert.Equal(Texts(answer, "selectors"), signatures.Select(text => Hex.Encode(AbiFunction.Parse(text).Selector)));
        Assert.Equal(Texts(answer, "selectors"), signatures.Select(text => Hex.Encode(AbiError.Parse(text).Selector)));
        Assert.Equal(Texts(answer, "topics"), signatures.Select(text => AbiEvent.Parse($"event {text}").Topic.ToString()));
    }

    [Fact]
    public async Task Rlp_RandomTrees_EqualsViem()
    {
        Random random = new(25);
        AbiGenerator generator = new(random);
        var items = Enumerable.Range(0, 200).Select(_ => Item(random, generator, 4)).ToArray();
        var answer = await AskAsync(("rlp", new JsonArray([.. items.Select(ToJson)])));
        foreach (var (item, expected) in items.Zip(Texts(answer, "rlp")))
        {
            Assert.Equal(expected, Hex.Encode(Rlp.Encode(item)));
            Assert.Equal(expected, Hex.Encode(Rlp.Encode(Rlp.Decode(Hex.Decode(expected)))));
        }
    }

    [Fact]
    public async Task Eip712_RandomStructs_EqualsViem()
    {
        Random random = new(26);
        var cases = Enumerable.Range(0, 100).Select(_ => TypedCase.Generate(random)).ToArray();
        var answer = await AskAsync(("typed", new JsonArray([.. cases.Select(item => item.ToJson())])));
        foreach (var (item, expected) in cases.Zip(answer.GetProperty("typed").EnumerateArray()))
        {
            Assert.Equal(expected.GetProperty("separator").GetString(), item.Domain.Separator.ToString());
            Assert.Equal(expected.GetProperty("digest").GetString(), item.Domain.Digest(item.Outer.HashStruct(item.Values)).ToString());
        }
    }

    private static RlpItem Item(Random random, AbiGenerator generator, int depth) => depth > 0 && random.Next(2) == 0
        ? RlpItem.FromList(Enumerable.Range(0, random.Next(6)).Select(_ => Item(random, generator, depth - 1)))
        : RlpItem.FromBytes(generator.Bytes(random.Next(5) switch { 0 => 0, 1 => 1, 2 => random.Next(54, 58), 3 => random.Next(250, 300), _ => random.Next(30) }));

    private static JsonNode ToJson(RlpItem item) =>
        item.IsList ? new JsonArray([.. item.Items.Select(ToJson)]) : JsonValue.Create(Hex.Encode(item.Data));

    private static Task<JsonElement> AskAsync(params (string Name, JsonNode Cases)[] cases) =>
        ExternalPrograms.NodeAsync(new JsonObject(cases.Select(item => KeyValuePair.Create(item.Name, (JsonNode?)item.Cases))), s_script);

    private static IEnumerable<string> Texts(JsonElement answer, string name)
    {
        string[] texts = [.. answer.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];
        Assert.NotEmpty(texts);
        return texts;
    }
}
