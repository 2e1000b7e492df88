using System.Text;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Inference.Tests.Tokenization;

/// <summary>The tokenizer cases of ggml-org/llama.cpp (models/, MIT), recorded there with the original tokenizers.</summary>
public class SharedTokenizerTests
{
    private const string Separator = "\n__ggml_vocab_test__\n";

    [SharedTheory("models/tokenizers")]
    [InlineData("llama-spm", TokenizerKind.SentencePiece)]
    [InlineData("gpt-2", TokenizerKind.ByteLevel)]
    public void Encode_EveryRecordedCase_GivesTheRecordedTokens(string name, TokenizerKind kind)
    {
        Tokenizer tokenizer = Open(name);
        Assert.Equal(kind, tokenizer.Kind);
        string[] texts = File.ReadAllText(PathOf(name) + ".inp").Split(Separator)[..^1];
        string[] expected = File.ReadAllLines(PathOf(name) + ".out");
        Assert.Equal(46, texts.Length);
        Assert.Equal(texts.Length, expected.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            uint[] ids = [.. expected[i].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(uint.Parse)];
            Assert.Equal(ids, tokenizer.Encode(texts[i], addBos: false));
            Assert.Equal(texts[i], Encoding.UTF8.GetString(tokenizer.Decode(ids, dropSpacePrefix: true)));
        }
    }

    [SharedTheory("models/tokenizers")]
    [InlineData("llama-spm")]
    [InlineData("gpt-2")]
    public void Encode_RandomBytes_DecodesToTheSameBytes(string name)
    {
        Tokenizer tokenizer = Open(name);
        Random random = new(7);
        for (int run = 0; run < 300; run++)
        {
            byte[] bytes = new byte[random.Next(60)];
            random.NextBytes(bytes);
            if (run % 2 == 0)
                bytes = Encoding.UTF8.GetBytes(new string([.. bytes.Select(value => (char)(value * (run % 5 == 0 ? 97 : 1) % 0xD800))]));
            uint[] ids = tokenizer.Encode((ReadOnlySpan<byte>)bytes, addBos: false);
            Assert.Equal(Normal(name, bytes), tokenizer.Decode(ids, dropSpacePrefix: true));
        }
    }

    [SharedTheory("models/tokenizers")]
    [InlineData("llama-spm", "<s>hello</s>")]
    [InlineData("gpt-2", "hello<|endoftext|>")]
    public void Encode_ControlTokensInText_StayTextUnlessParsed(string name, string text)
    {
        Tokenizer tokenizer = Open(name);
        uint[] plain = tokenizer.Encode(text, addBos: false);
        Assert.DoesNotContain(plain, tokenizer.IsControl);
        Assert.Equal(text, Encoding.UTF8.GetString(tokenizer.Decode(plain, dropSpacePrefix: true)));
        uint[] parsed = tokenizer.Encode(text, addBos: false, parseSpecial: true);
        Assert.Equal(tokenizer.EosId, parsed[^1]);
        Assert.True(parsed.Length < plain.Length);
    }

    [SharedTheory("models/tokenizers")]
    [InlineData("llama-spm", "a", 1 << 20)]
    [InlineData("gpt-2", "a", 1 << 20)]
    [InlineData("llama-spm", " ", 1 << 18)]
    [InlineData("gpt-2", " ", 1 << 18)]
    [InlineData("llama-spm", "The quick brown fox. ", 1 << 18)]
    [InlineData("gpt-2", "The quick brown fox. ", 1 << 18)]
    public void Encode_LongText_DecodesToTheSameText(string name, string unit, int length)
    {
        Tokenizer tokenizer = Open(name);
        string text = string.Concat(Enumerable.Repeat(unit, length / unit.Length));
        uint[] ids = tokenizer.Encode(text, addBos: false);
        Assert.Equal(text, Encoding.UTF8.GetString(tokenizer.Decode(ids, dropSpacePrefix: true)));
    }

    [SharedFact("models/tokenizers")]
    public void SpecialIds_BothFiles_AreRead()
    {
        Tokenizer spm = Open("llama-spm");
        Assert.Equal((1u, 2u, 0u), (spm.BosId, spm.EosId, spm.UnknownId));
        Assert.True(spm.AddsBos && spm.AddsSpacePrefix);
        Assert.Equal([2u], spm.EndOfGeneration);
        Assert.Equal([1u, 15043u], spm.Encode("Hello", addBos: true));
        Tokenizer gpt2 = Open("gpt-2");
        Assert.Equal((50256u, 50256u), (gpt2.BosId, gpt2.EosId));
        Assert.False(gpt2.AddsBos);
        Assert.Equal(50257, gpt2.VocabularySize);
    }

    /// <summary>SentencePiece reads U+2581 as a space; nothing else is changed.</summary>
    private static byte[] Normal(string name, byte[] bytes)
    {
        List<byte> normal = [];
        for (int i = 0; i < bytes.Length; i++)
        {
            bool space = name != "gpt-2" && bytes.AsSpan(i).StartsWith("\u2581"u8);
            normal.Add(space ? (byte)' ' : bytes[i]);
            i += space ? 2 : 0;
        }
        return [.. normal];
    }

    private static string PathOf(string name) =>
        Path.Combine(Repository.Shared, "models", "tokenizers", $"ggml-vocab-{name}.gguf");

    private static Tokenizer Open(string name)
    {
        using GgufFile file = GgufFile.Open(PathOf(name));
        return Tokenizer.FromGguf(file);
    }
}
