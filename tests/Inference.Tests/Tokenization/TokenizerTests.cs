using System.Text;
using FsCheck;
using FsCheck.Fluent;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Tests.Support;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Inference.Tests.Tokenization;

public class TokenizerTests
{
    [Fact]
    public void Encode_AnyText_DecodesToItself()
    {
        Tokenizer tokenizer = Synthetic();
        Prop.ForAll<NonNull<string>>(text =>
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text.Get.Replace('\u2581', '-'));
            return tokenizer.Decode(tokenizer.Encode((ReadOnlySpan<byte>)bytes, addBos: true), dropSpacePrefix: true).SequenceEqual(bytes);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Encode_Words_MergeByScoreAndPrefixASpace()
    {
        Tokenizer tokenizer = Synthetic();
        Assert.Equal(["\u2581hello", "\u2581world"], Texts(tokenizer, tokenizer.Encode("hello world", addBos: false)));
        Assert.Equal(["<s>", "\u2581the", "<0x21>"], Texts(tokenizer, tokenizer.Encode("the!", addBos: true)));
        Assert.Empty(tokenizer.Encode("", addBos: false));
        Assert.Equal([1u], tokenizer.Encode("", addBos: true));
    }

    [Fact]
    public void StreamingDecoder_TokensOfAnyText_GivesWholeCharactersOnly()
    {
        Tokenizer tokenizer = Synthetic();
        const string text = "aé€😀 wörld\u0000";
        StreamingDecoder decoder = tokenizer.CreateDecoder();
        StringBuilder streamed = new();
        foreach (uint id in tokenizer.Encode(text, addBos: true))
        {
            string part = decoder.Append(id);
            Assert.False(part.Length > 0 && char.IsHighSurrogate(part[^1]));
            streamed.Append(part);
        }
        Assert.Equal("", decoder.Finish());
        Assert.Equal(" " + text, streamed.ToString());
        decoder.Append(3 + 0xF0);
        Assert.Equal("\uFFFD", decoder.Finish());
    }

    [Fact]
    public void TokenBytes_EachType_IsWhatItStandsFor()
    {
        Tokenizer tokenizer = Synthetic();
        Assert.Equal(0, tokenizer.TokenBytes(0).Length + tokenizer.TokenBytes(1).Length);
        Assert.Equal([0x41], tokenizer.TokenBytes(3 + 0x41).ToArray());
        Assert.Equal(" the"u8.ToArray(), tokenizer.TokenBytes(tokenizer.Encode("the", addBos: false)[0]).ToArray());
        Assert.Equal(("</s>", true, false), (tokenizer.TokenText(2), tokenizer.IsControl(2), tokenizer.IsControl(5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.TokenText(320));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([uint.MaxValue]));
    }

    [Fact]
    public void Encode_UserDefinedTokens_AreFoundInPlainTextLongestFirst()
    {
        Tokenizer tokenizer = Open(Spm(["<unk>", "<s>", "</s>", "ab", "abc", "<tool>"], [2, 3, 3, 4, 4, 3], 0f).With("tokenizer.ggml.add_space_prefix", false));
        Assert.Equal([4u, 0u, 3u], tokenizer.Encode("abc ab", addBos: false));
        Assert.DoesNotContain(5u, tokenizer.Encode("<tool>", addBos: false));
        Assert.Equal([5u], tokenizer.Encode("<tool>", addBos: false, parseSpecial: true));
    }

    [Fact]
    public void Encode_ByteWithoutToken_IsUnknownOrRefused()
    {
        Tokenizer tokenizer = Open(Spm(["<unk>", "a"], [2, 1], 0f).With("tokenizer.ggml.add_space_prefix", false));
        Assert.Equal([1u, 0u], tokenizer.Encode("ab", addBos: false));
        Tokenizer strict = Open(Spm(["x", "a"], [1, 1], 0f).With("tokenizer.ggml.unknown_token_id", uint.MaxValue));
        Assert.Contains("0xE2", Assert.Throws<TokenizerException>(() => strict.Encode("a", addBos: false)).Message);
    }

    [Theory]
    [InlineData("gpt-2", "12345 a,b", "12345| a|,|b")]
    [InlineData("default", "12345 a,b", "123|45| a|,|b")]
    [InlineData("gpt-2", "I'll  go\n\n x'", "I|'ll| | go|\n\n| x|'")]
    [InlineData("default", "a  $5", "a|  |$|5")]
    [InlineData("default", " 7٣12345", " |7٣|123|45")]
    public void Split_PreTokenizers_CutLikeTheirPatterns(string name, string text, string parts)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        List<int> ends = [];
        PreTokenizer.FromName(name).Split(bytes, ends);
        IEnumerable<string> actual = ends.Prepend(0).Zip(ends, (from, to) => Encoding.UTF8.GetString(bytes, from, to - from));
        Assert.Equal(parts.Split('|'), actual);
    }

    [Fact]
    public void Split_AnyText_EqualsTheRegularExpression()
    {
        System.Text.RegularExpressions.Regex pattern =
            new(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+");
        const string alphabet = "ab1 '\n\t.s,tlréd٣€ \u00A0ve";
        Prop.ForAll(Gen.Elements(alphabet.ToCharArray()).ArrayOf().ToArbitrary(), letters =>
        {
            string text = new(letters);
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            List<int> ends = [];
            PreTokenizer.FromName("gpt-2").Split(bytes, ends);
            IEnumerable<string> actual = ends.Prepend(0).Zip(ends, (from, to) => Encoding.UTF8.GetString(bytes, from, to - from));
            return actual.SequenceEqual(pattern.Matches(text).Select(static match => match.Value));
        }).QuickCheckThrowOnFailure();
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { "none", "tokenizer.ggml.tokens is missing" }, { "no model", "tokenizer.ggml.model is missing" },
        { "model", "tokenizer model bert is not supported" }, { "no scores", "tokenizer.ggml.scores, which is missing" },
        { "scores", "2 entries for 3 tokens" }, { "nan", "not finite" }, { "no merges", "tokenizer.ggml.merges, which is missing" },
        { "merge", "Merge 0" }, { "pre", "pre-tokenizer tekken" }, { "bos", "bos_token_id is 9" }, { "type", "unknown type 9" },
        { "byte", "<0xHH>" }, { "long", "5000 bytes" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void FromGguf_IncompleteOrUnknown_SaysWhatIsMissing(string what, string message)
    {
        GgufBuilder bpe = new GgufBuilder().With("tokenizer.ggml.model", "gpt2").With("tokenizer.ggml.tokens", "a", "b", "ab");
        GgufBuilder builder = what switch
        {
            "none" => new GgufBuilder().With("tokenizer.ggml.model", "llama"),
            "no model" => new GgufBuilder().With("tokenizer.ggml.tokens", new[] { "a" }),
            "model" => new GgufBuilder().With("tokenizer.ggml.model", "bert").With("tokenizer.ggml.tokens", new[] { "a" }),
            "no scores" => new GgufBuilder().With("tokenizer.ggml.model", "llama").With("tokenizer.ggml.tokens", new[] { "a" }),
            "scores" => new GgufBuilder().With("tokenizer.ggml.model", "llama").With("tokenizer.ggml.tokens", "a", "b", "c").With("tokenizer.ggml.scores", 1f, 2f),
            "nan" => Spm(["a"], [1], float.NaN),
            "no merges" => bpe,
            "merge" => bpe.With("tokenizer.ggml.merges", new[] { "ab" }),
            "pre" => bpe.With("tokenizer.ggml.merges", new[] { "a b" }).With("tokenizer.ggml.pre", "tekken"),
            "bos" => Spm(["a"], [1], 0f).With("tokenizer.ggml.bos_token_id", 9u),
            "type" => Spm(["a"], [9], 0f),
            "byte" => Spm(["a"], [6], 0f),
            "long" => Spm([new string('a', 5000)], [1], 0f),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        Assert.Contains(message, Assert.Throws<TokenizerException>(() => Open(builder)).Message);
    }

    [Fact]
    public void Encode_TextBeyondTheLimit_IsRefused() => Assert.Contains("at most",
        Assert.Throws<TokenizerException>(() => Synthetic().Encode(new byte[Tokenizer.MaxTextBytes + 1], addBos: false)).Message);

    [Fact]
    public void EndOfGeneration_TurnEndsByText_CountOnlyAsSpecialTokens()
    {
        Tokenizer tokenizer = Open(Spm(["<unk>", "<s>", "</s>", "<|eot_id|>", "<|im_end|>"], [2, 3, 3, 3, 1], 0f));
        Assert.Equal(3u, tokenizer.EotId);
        Assert.Equal([2u, 3u], tokenizer.EndOfGeneration);
    }

    private static GgufBuilder Spm(string[] tokens, int[] types, float score) => new GgufBuilder()
        .With("tokenizer.ggml.model", "llama").With("tokenizer.ggml.tokens", tokens)
        .With("tokenizer.ggml.scores", [.. Enumerable.Repeat(score, tokens.Length)]).With("tokenizer.ggml.token_type", types);

    private static Tokenizer Synthetic()
    {
        using GgufFile file = GgufFile.Parse(new SyntheticModel { Layers = 1 }.Build());
        return Tokenizer.FromGguf(file);
    }

    private static Tokenizer Open(GgufBuilder builder)
    {
        using GgufFile file = GgufFile.Parse(builder.Build());
        return Tokenizer.FromGguf(file);
    }

    private static string[] Texts(Tokenizer tokenizer, uint[] ids) => [.. ids.Select(tokenizer.TokenText)];
}
