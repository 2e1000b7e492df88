using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.HuggingFace;
using TeeTee.Inference.Tests.Support;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Inference.Tests.HuggingFace;

/// <summary>The expected ids are those of @huggingface/tokenizers with real vocabularies (tokenizer-cases.mjs), by way of the import.</summary>
public class ImportedTokenizerTests
{
    private static readonly JsonElement s_recorded = JsonDocument.Parse(
        File.ReadAllText(Repository.PathOf("tests", "Inference.Tests", "Tokenization", "tokenizer-cases.json"))).RootElement;

    private static readonly Dictionary<string, Lazy<Tokenizer>> s_tokenizers =
        s_recorded.GetProperty("cases").EnumerateObject().ToDictionary(static item => item.Name, static item => new Lazy<Tokenizer>(() => Import(TokenizerJson(item.Name), item.Name)));

    public static TheoryData<string> Names => [.. s_recorded.GetProperty("cases").EnumerateObject().Select(static item => item.Name)];

    private static string[] Texts => [.. s_recorded.GetProperty("texts").EnumerateArray().Select(static text => text.GetString()!)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_RecordedTexts_GivesTheIdsOfTheOtherImplementation(string name)
    {
        Tokenizer tokenizer = s_tokenizers[name].Value;
        Assert.Equal(name == "llama2" ? null : name, tokenizer.PreTokenizerName);
        string[] texts = Texts;
        JsonElement[] expected = [.. s_recorded.GetProperty("cases").GetProperty(name).GetProperty("ids").EnumerateArray()];
        Assert.True(texts.Length > 100 && texts.Length == expected.Length);
        for (int i = 0; i < texts.Length; i++)
        {
            uint[] ids = [.. expected[i].EnumerateArray().Select(static id => id.GetUInt32())];
            Assert.Equal((texts[i], string.Join(' ', ids)), (texts[i], string.Join(' ', tokenizer.Encode(texts[i], addBos: false, parseSpecial: true))));
            if (!ids.Any(tokenizer.IsControl))
                Assert.Equal(texts[i], Encoding.UTF8.GetString(tokenizer.Decode(ids, dropSpacePrefix: true)));
        }
    }

    [Fact]
    public void Import_SpecialTokens_AreThoseOfTheModels()
    {
        Tokenizer llama = s_tokenizers["llama-bpe"].Value, qwen = s_tokenizers["qwen2"].Value;
        Assert.Equal(("<|begin_of_text|>", "<|eot_id|>", true), (llama.TokenText(llama.BosId!.Value), llama.TokenText(llama.EosId!.Value), llama.AddsBos));
        Assert.Equal(2, llama.EndOfGeneration.Count);
        Assert.Equal((null, "<|im_end|>", false), (qwen.BosId, qwen.TokenText(qwen.EosId!.Value), qwen.AddsBos));
        Assert.Equal(["<|endoftext|>", "<|im_end|>"], qwen.EndOfGeneration.Select(qwen.TokenText).Order());
        Assert.Equal((TokenType.Control, TokenType.UserDefined), (qwen.TypeOf(qwen.Encode("<|im_start|>", false, parseSpecial: true)[0]), qwen.TypeOf(qwen.Encode("<think>", false)[0])));
    }

    /// <summary>"llama-bpe" takes whole words first; the same vocabulary by merges alone gives other tokens somewhere.</summary>
    [Fact]
    public void Encode_WholeWords_MatterForLlama3()
    {
        Tokenizer tokenizer = ByteLevel("llama-bpe"), merging = ByteLevel("qwen2");
        Assert.Equal([258u], tokenizer.Encode("abc", addBos: false));
        Assert.Equal([256u, (uint)'c'], merging.Encode("abc", addBos: false));
        Assert.Equal([256u, (uint)'c', (uint)'d'], tokenizer.Encode("abcd", addBos: false));
    }

    public static TheoryData<string, string> Unknown => new()
    {
        { "{\"type\":\"Whitespace\"}", "Whitespace" },
        { "{\"type\":\"ByteLevel\",\"add_prefix_space\":true,\"use_regex\":true}", "ByteLevel" },
        { "{\"type\":\"Sequence\",\"pretokenizers\":[]}", "Sequence" },
        { "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\",\"individual_digits\":false},{\"type\":\"ByteLevel\",\"add_prefix_space\":false}]}", "Digits" },
        { "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\"\\\\p{N}{1,4}\"},\"behavior\":\"Isolated\"},{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}", "{1,4}" },
    };

    [Theory]
    [MemberData(nameof(Unknown))]
    public void Import_PreTokenizerThatIsNotBuiltIn_IsRefusedShowingIt(string preTokenizer, string shown)
    {
        JsonObject json = TokenizerJson("gpt-2");
        json["pre_tokenizer"] = JsonNode.Parse(preTokenizer);
        HuggingFaceException refused = Assert.Throws<HuggingFaceException>(() => Import(json, "gpt-2"));
        Assert.Contains(shown, refused.Message, StringComparison.Ordinal);
        Assert.Contains("is not supported", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("llama-bpe", "ignore_merges", "false", "ignore_merges False is not supported")]
    [InlineData("qwen2", "ignore_merges", "true", "ignore_merges True is not supported")]
    public void Import_PatternOfOneWithTheRuleOfAnother_IsRefused(string name, string key, string value, string cause)
    {
        JsonObject json = TokenizerJson(name);
        json["model"]![key] = JsonNode.Parse(value);
        Assert.Contains(cause, Assert.Throws<HuggingFaceException>(() => Import(json, name)).Message, StringComparison.Ordinal);
    }

    /// <summary>The tokenizer.json of DeepSeek LLM takes numbers apart, GGUF's name for it does not: only a vocabulary without merged digits is both.</summary>
    [Fact]
    public void Import_DeepSeekWithSingleDigits_NeedsAVocabularyWithoutLongerOnes()
    {
        JsonObject json = TokenizerJson("deepseek-llm");
        json["pre_tokenizer"]!["pretokenizers"]![5] = JsonNode.Parse("{\"type\":\"Digits\",\"individual_digits\":true}");
        Assert.Contains("joins digits", Assert.Throws<HuggingFaceException>(() => Import(json.DeepClone().AsObject(), "deepseek-llm")).Message, StringComparison.Ordinal);
        JsonArray merges = json["model"]!["merges"]!.AsArray();
        foreach (JsonNode? merge in merges.Where(static merge => merge!.GetValue<string>().All(static letter => char.IsAsciiDigit(letter) || letter == ' ')).ToArray())
            merges.Remove(merge);
        Tokenizer tokenizer = Import(json, "deepseek-llm");
        Assert.Equal(3, tokenizer.Encode("123", addBos: false).Length);
        json["pre_tokenizer"]!["pretokenizers"]![4]!["pattern"]!["Regex"] = "[\u4E00-\u9FA4\u0800-\u4E00\uAC00-\uD7FF]+";
        Assert.Contains("is not supported", Assert.Throws<HuggingFaceException>(() => Import(json, "deepseek-llm")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_AnyText_DecodesToItselfAtEveryCutOfTheStream(string name)
    {
        Tokenizer tokenizer = s_tokenizers[name].Value;
        Random random = new(23);
        for (int run = 0; run < 150; run++)
        {
            byte[] bytes = run % 3 == 0 ? RandomBytes(random) : Encoding.UTF8.GetBytes(RandomUtf16(random).Replace('\u2581', '-'));
            uint[] ids = tokenizer.Encode((ReadOnlySpan<byte>)bytes, addBos: false);
            if (name != "llama2" || bytes.AsSpan().IndexOf("\u2581"u8) < 0)
                Assert.Equal(bytes, tokenizer.Decode(ids, dropSpacePrefix: true));
            CheckStream(tokenizer, ids);
        }
    }

    /// <summary>A merge loop that rescans would take hours here.</summary>
    [Theory]
    [InlineData("llama-bpe")]
    [InlineData("deepseek-llm")]
    public void Encode_ManyOfOneCharacter_TakesItsTimeOnly(string name)
    {
        Tokenizer tokenizer = s_tokenizers[name].Value;
        Stopwatch watch = Stopwatch.StartNew();
        Assert.Equal(1 << 18, tokenizer.Decode(tokenizer.Encode(new string('a', 1 << 18), addBos: false)).Length);
        Assert.Equal(1 << 18, tokenizer.Decode(tokenizer.Encode(new string('\n', 1 << 18), addBos: false)).Length);
        Assert.InRange(watch.ElapsedMilliseconds, 0, 30_000);
    }

    /// <summary>All parts of a stream are its text; where it stops, only an unfinished character is missing.</summary>
    private static void CheckStream(Tokenizer tokenizer, uint[] ids)
    {
        StreamingDecoder whole = tokenizer.CreateDecoder();
        StringBuilder text = new();
        for (int cut = 0; cut <= ids.Length; cut++)
        {
            if (cut % 5 == 0 || cut == ids.Length)
            {
                StreamingDecoder part = tokenizer.CreateDecoder();
                string streamed = string.Concat(ids[..cut].Select(part.Append)) + part.Finish();
                Assert.Equal(Encoding.UTF8.GetString(tokenizer.Decode(ids.AsSpan(0, cut))), streamed);
                Assert.StartsWith(text.ToString(), streamed, StringComparison.Ordinal);
            }
            if (cut < ids.Length)
                text.Append(whole.Append(ids[cut]));
        }
    }

    private static byte[] RandomBytes(Random random)
    {
        byte[] bytes = new byte[random.Next(40)];
        random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>UTF-16 with lone surrogates in it, which become U+FFFD.</summary>
    private static string RandomUtf16(Random random) => new([.. Enumerable.Range(0, random.Next(40)).Select(_ => random.Next(4) switch
    {
        0 => (char)random.Next(0xD800, 0xE000),
        1 => (char)random.Next(0x20, 0x7F),
        2 => " \r\n\t'0"[random.Next(6)],
        _ => (char)random.Next(0x10000),
    })]);

    /// <summary>The 256 bytes, "ab", "bc" and "abc", of which only the first is the result of a merge.</summary>
    private static Tokenizer ByteLevel(string name)
    {
        string[] tokens = [.. Enumerable.Range(0, 256).Select(static value => Spelled((byte)value)), "ab", "bc", "abc"];
        GgufBuilder builder = new GgufBuilder().With("tokenizer.ggml.model", "gpt2").With("tokenizer.ggml.pre", name)
            .With("tokenizer.ggml.tokens", tokens).With("tokenizer.ggml.merges", new[] { "a b" });
        using GgufFile file = GgufFile.Parse(builder.Build());
        return Tokenizer.FromGguf(file);
    }

    private static string Spelled(byte value) => value is (>= (byte)'!' and <= (byte)'~') or (>= 0xA1 and <= 0xAC) or >= 0xAE
        ? ((char)value).ToString() : ((char)(0x400 + value)).ToString();

    /// <summary>tokenizer.json of a recorded model, put together again from its parts.</summary>
    private static JsonObject TokenizerJson(string name)
    {
        JsonElement item = s_recorded.GetProperty("cases").GetProperty(name);
        JsonElement words = s_recorded.GetProperty("shared").GetProperty(item.GetProperty("base").GetString()!);
        string[] vocabulary = [.. words.GetProperty("vocab").EnumerateArray().Select(static text => text.GetString()!)];
        int[] merges = [.. words.GetProperty("merges").EnumerateArray().Select(static id => id.GetInt32())];
        JsonObject json = JsonNode.Parse(item.GetProperty("tokenizer").GetRawText())!.AsObject();
        json["model"]!["vocab"] = new JsonObject(vocabulary.Select(static (text, id) => KeyValuePair.Create(text, (JsonNode?)id)));
        json["model"]!["merges"] = new JsonArray([.. merges.Chunk(2).Select(pair => (JsonNode)$"{vocabulary[pair[0]]} {vocabulary[pair[1]]}")]);
        return json;
    }

    private static Tokenizer Import(JsonObject tokenizer, string name)
    {
        JsonElement item = s_recorded.GetProperty("cases").GetProperty(name);
        int size = tokenizer["model"]!["vocab"]!.AsObject().Count + tokenizer["added_tokens"]!.AsArray().Count(token =>
            !tokenizer["model"]!["vocab"]!.AsObject().ContainsKey(token!["content"]!.GetValue<string>()));
        string folder = Directory.CreateTempSubdirectory("teetee-tokenizer-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "tokenizer.json"), tokenizer.ToJsonString());
            File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), JsonSerializer.Serialize(
                new { bos_token = item.GetProperty("bos").GetString(), eos_token = item.GetProperty("eos").GetString() }));
            File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new
            {
                model_type = "llama", hidden_size = 32, intermediate_size = 32, num_hidden_layers = 1, num_attention_heads = 2, vocab_size = size,
                max_position_embeddings = 8, rms_norm_eps = 1e-5,
            }));
            GgufWriter writer = new();
            new HuggingFaceTokenizer(folder, new HuggingFaceConfig(folder)).AddTo(writer);
            string path = Path.Combine(folder, "vocabulary.gguf");
            writer.Write(path, static (_, _, _) => { }, new GgufWriteOptions(), CancellationToken.None);
            using GgufFile file = GgufFile.Open(path);
            return Tokenizer.FromGguf(file);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
