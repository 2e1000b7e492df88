using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TeeTee.Primitives.Tests;

/// <summary>RFC 8785: its own samples, what it forbids, and random values against node's sort and JSON.stringify.</summary>
public sealed class CanonicalJsonTests
{
    // RFC 8785, section 3.2.3: input and expected order.
    private const string SortingInput = """
        {"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",
         "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"}
        """;

    [Fact]
    public void Write_SortingSampleOfTheRfc_IsInItsOrder()
    {
        string text = Text(CanonicalJson.Write(JsonNode.Parse(SortingInput)));

        Assert.Equal(
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\",\"\u00f6\":\"Latin Small Letter O With Diaeresis\","
            + "\"\u20ac\":\"Euro Sign\",\"\ud83d\ude00\":\"Emoji: Grinning Face\",\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}", text);
    }

    // RFC 8785, section 3.2.2: string and literals of the sample (its numbers are doubles, which are refused here).
    [Fact]
    public void Write_StringAndLiteralsOfTheRfc_AreItsBytes()
    {
        JsonNode? sample = JsonNode.Parse("""{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}""");

        Assert.Equal(
            "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c222f227d",
            Convert.ToHexStringLower(CanonicalJson.Write(sample)));
    }

    [Theory]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("-9007199254740991", "-9007199254740991")]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("{}", "{}")]
    [InlineData("[ ]", "[]")]
    [InlineData("[1, [2, {\"b\":3,\"a\":null}]]", "[1,[2,{\"a\":null,\"b\":3}]]")]
    public void Write_SmallValues_HaveNoSpace(string json, string expected) =>
        Assert.Equal(expected, Text(CanonicalJson.Write(JsonNode.Parse(json))));

    [Theory]
    [InlineData("9007199254740992")]
    [InlineData("-9007199254740992")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("1.5")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    public void Write_NumberThatIsNoSmallInteger_IsRefused(string number) =>
        Assert.Throws<ArgumentException>(() => CanonicalJson.Write(JsonNode.Parse($"[{number}]")));

    [Fact]
    public void Write_HalfASurrogatePair_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => CanonicalJson.Write(JsonValue.Create("\ud83d")));
        Assert.Throws<ArgumentException>(() => CanonicalJson.Write(new JsonObject { ["\ude00\ud83d"] = 1 }));
    }

    [Fact]
    public void Write_NameTwice_IsRefused() =>
        Assert.Throws<ArgumentException>(() => CanonicalJson.Write(JsonNode.Parse("""{"a":1,"a":2}""")));

    [Fact]
    public void Write_TooDeep_IsRefused()
    {
        JsonNode deep = new JsonArray();
        for (int i = 0; i < 64; i++)
            deep = new JsonArray(deep);
        Assert.NotEmpty(CanonicalJson.Write(deep));

        Assert.Throws<ArgumentException>(() => CanonicalJson.Write(new JsonArray(deep)));
    }

    [Fact]
    public async Task Write_RandomValues_EqualNode()
    {
        Random random = new(31);
        JsonNode?[] values = [.. Enumerable.Range(0, 500).Select(_ => Value(random, 4))];

        JsonElement answer = await ExternalPrograms.NodeAsync(
            new JsonArray([.. values.Select(value => value?.DeepClone())]), "tests", "Primitives.Tests", "Node", "canonical.mjs");

        Assert.Equal(answer.EnumerateArray().Select(text => text.GetString()), values.Select(value => Text(CanonicalJson.Write(value))));
    }

    private static JsonNode? Value(Random random, int depth) => random.Next(depth > 0 ? 7 : 5) switch
    {
        0 => null,
        1 => JsonValue.Create(random.Next(2) == 0),
        2 => JsonValue.Create(random.NextInt64(-CanonicalJson.MaxInteger, CanonicalJson.MaxInteger + 1)),
        3 or 4 => JsonValue.Create(String(random)),
        5 => new JsonArray([.. Enumerable.Range(0, random.Next(5)).Select(_ => Value(random, depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, random.Next(6)).Select(_ => String(random)).Distinct(StringComparer.Ordinal)
            .Select(name => KeyValuePair.Create(name, Value(random, depth - 1)))),
    };

    // Controls, quotes, the letters around the surrogates, and pairs: where orders by unit, by scalar and by byte differ.
    private static string String(Random random)
    {
        StringBuilder text = new();
        for (int i = random.Next(4); i >= 0; i--)
        {
            text.Append(random.Next(6) switch
            {
                0 => ((char)random.Next(0x80)).ToString(),
                1 => "\"\\/\b\f\n\r\t\u007f\u2028"[random.Next(10)].ToString(),
                2 => ((char)random.Next(0xE000, 0x10000)).ToString(),
                3 => char.ConvertFromUtf32(random.Next(0x10000, 0x110000)),
                4 => random.Next(20).ToString(System.Globalization.CultureInfo.InvariantCulture),
                _ => ((char)random.Next(0x80, 0xD800)).ToString(),
            });
        }
        return text.ToString();
    }

    private static string Text(byte[] bytes) => System.Text.Encoding.UTF8.GetString(bytes);
}
