using System.Diagnostics;
using System.Text;
using System.Text.Json;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Inference.Tests.Tokenization;

/// <summary>The expected cuts are those of the published regular expressions in Node's engine (split-cases.mjs).</summary>
public class PreTokenizerTests
{
    private static readonly JsonElement s_recorded = JsonDocument.Parse(
        File.ReadAllText(Repository.PathOf("tests", "Inference.Tests", "Tokenization", "split-cases.json"))).RootElement;

    public static TheoryData<string> Names => [.. s_recorded.GetProperty("lengths").EnumerateObject().Select(static item => item.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Split_RecordedTexts_CutsLikeTheRegularExpressions(string name)
    {
        PreTokenizer splitter = PreTokenizer.FromName(name);
        string[] texts = [.. s_recorded.GetProperty("texts").EnumerateArray().Select(static text => text.GetString()!)];
        int[][] expected = [.. s_recorded.GetProperty("lengths").GetProperty(name).EnumerateArray()
            .Select(static text => text.EnumerateArray().Select(static length => length.GetInt32()).ToArray())];
        Assert.True(texts.Length > 300 && texts.Length == expected.Length);
        for (int i = 0; i < texts.Length; i++)
            Assert.Equal(Parts(texts[i], expected[i]), Parts(splitter, texts[i]));
    }

    /// <summary>Code points that one of the two Unicode versions does not know are left out; there are few.</summary>
    [Fact]
    public void Classify_EveryCodePoint_EqualsTheRecordedUnicodeClass()
    {
        JsonElement classes = s_recorded.GetProperty("classes");
        Dictionary<int, string> recorded = [];
        foreach (JsonProperty item in classes.EnumerateObject())
        {
            int[] bounds = [.. item.Value.EnumerateArray().Select(static bound => bound.GetInt32())];
            for (int i = 0; i < bounds.Length; i += 2)
            {
                for (int codePoint = bounds[i]; codePoint <= bounds[i + 1]; codePoint++)
                    recorded.Add(codePoint, item.Name);
            }
        }
        int unknown = 0;
        for (int codePoint = 0; codePoint < 0x110000; codePoint++)
        {
            if (!Rune.TryCreate(codePoint, out Rune rune))
                continue;
            bool assigned = Rune.GetUnicodeCategory(rune) != System.Globalization.UnicodeCategory.OtherNotAssigned;
            string name = recorded.GetValueOrDefault(codePoint, "other");
            if (assigned == (name == "unassigned"))
                unknown++;
            else if (assigned && name != NameOf(rune))
                Assert.Fail($"U+{codePoint:X4} is {name} there and {NameOf(rune)} here");
        }
        Assert.InRange(unknown, 0, 6_000);
    }

    [Theory]
    [InlineData("llama-v3", "llama-bpe")]
    [InlineData("llama3", "llama-bpe")]
    [InlineData("falcon3", "llama-bpe")]
    [InlineData("deepseek-r1-qwen", "qwen2")]
    [InlineData("refact", "starcoder")]
    [InlineData("command-r", "starcoder")]
    [InlineData("smollm", "starcoder")]
    [InlineData("phi-2", "gpt-2")]
    public void FromName_OtherNameOfTheSame_CutsAndFillsAlike(string name, string same)
    {
        (PreTokenizer a, PreTokenizer b) = (PreTokenizer.FromName(name), PreTokenizer.FromName(same));
        Assert.Equal((a.TakesWholeWords, a.AddsBos), (b.TakesWholeWords, b.AddsBos));
        foreach (JsonElement text in s_recorded.GetProperty("texts").EnumerateArray())
            Assert.Equal(Parts(b, text.GetString()!), Parts(a, text.GetString()!));
    }

    [Theory]
    [InlineData("smaug-bpe")]
    [InlineData("tekken")]
    [InlineData("deepseek-v3")]
    [InlineData("")]
    public void FromName_AnyOther_IsRefusedByName(string name) => Assert.Contains(
        $"pre-tokenizer {name} ", Assert.Throws<TokenizerException>(() => PreTokenizer.FromName(name)).Message);

    [Theory]
    [MemberData(nameof(Names))]
    public void Split_AnyBytes_CoversThemInOrder(string name)
    {
        PreTokenizer splitter = PreTokenizer.FromName(name);
        Random random = new(3);
        for (int run = 0; run < 300; run++)
        {
            byte[] bytes = new byte[random.Next(1, 80)];
            random.NextBytes(bytes);
            for (int i = 0; i < bytes.Length; i++)
                bytes[i] = run % 3 == 0 ? " '\n\r1as\u00A0"u8[bytes[i] % 9] : bytes[i];
            List<int> ends = [];
            splitter.Split(bytes, ends);
            Assert.Equal(bytes.Length, ends[^1]);
            Assert.All(ends.Prepend(0).Zip(ends), static pair => Assert.True(pair.First < pair.Second));
        }
    }

    /// <summary>A quadratic rule would take minutes here.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Split_LongHostileTexts_TakesLinearTime(string name)
    {
        PreTokenizer splitter = PreTokenizer.FromName(name);
        Stopwatch watch = Stopwatch.StartNew();
        foreach (string unit in (string[])["a", " ", "\n", "1", "'", "!", " \n", " a", "\u3000", "\U00010400", "\u3000!", "  x", "'l"])
        {
            List<int> ends = [];
            splitter.Split(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, 100_000 / unit.Length)) + "x"), ends);
            Assert.NotEmpty(ends);
        }
        Assert.InRange(watch.ElapsedMilliseconds, 0, 20_000);
    }

    private static string NameOf(Rune rune) => CharacterMap.Classify(rune) switch
    {
        CharacterClass.Letter => "letter",
        CharacterClass.Number => "number",
        CharacterClass.Space => "space",
        CharacterClass.Punctuation when !(rune.IsAscii && "$+<=>^~|".Contains((char)rune.Value)) => "punctuation",
        _ => "other",
    };

    private static IEnumerable<string> Parts(PreTokenizer splitter, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        List<int> ends = [];
        splitter.Split(bytes, ends);
        return ends.Prepend(0).Zip(ends, (from, to) => Encoding.UTF8.GetString(bytes, from, to - from));
    }

    private static IEnumerable<string> Parts(string text, int[] lengths)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int at = 0;
        foreach (int length in lengths)
            yield return Encoding.UTF8.GetString(bytes, (at += length) - length, length);
        Assert.Equal(bytes.Length, at);
    }
}
