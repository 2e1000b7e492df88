using System.Text.Json.Nodes;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.HuggingFace;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Inference.Tokenization;

namespace TeeTee.Inference.Tests.HuggingFace;

public class HuggingFaceModelTests
{
    /// <summary>Equal roots and configuration mean equal bits of every logit; that the detector sees is the next test's matter.</summary>
    [Theory]
    [InlineData("tiny", GgufType.F32, GgufType.F32, 1)]
    [InlineData("tiny", GgufType.BF16, GgufType.Q8_0, 2)]
    [InlineData("tiny", GgufType.F16, GgufType.F16, 2)]
    [InlineData("tiny-odd", GgufType.F32, GgufType.Q8_0, 1)]
    [InlineData("tiny-qwen2", GgufType.BF16, GgufType.BF16, 2)]
    [InlineData("tiny-qwen3", GgufType.F32, GgufType.Q8_0, 3)]
    public void Write_DirectoryOfAModel_GivesTheSameModel(string shape, GgufType source, GgufType target, int shards)
    {
        using HuggingFaceDirectory directory = new(shape, source, shards);
        using CanonicalModel imported = Import(directory, target);
        using CanonicalModel original = CanonicalModel.Import(directory.Original);
        (ModelIdentity a, ModelIdentity b) = (imported.ComputeIdentity(CancellationToken.None), original.ComputeIdentity(CancellationToken.None));
        Assert.Equal((b.WeightsRoot, b.ConfigHash), (a.WeightsRoot, a.ConfigHash));
        Assert.Equal(Logits(original), Logits(imported));
    }

    [Fact]
    public void Write_OneElementChanged_GivesAnotherModel()
    {
        using HuggingFaceDirectory directory = new("tiny", alter: static (name, data) =>
        {
            if (name == "model.layers.1.self_attn.k_proj.weight")
                BitConverter.TryWriteBytes(data.AsSpan(4), 0.5f);
            return data;
        });
        using CanonicalModel imported = Import(directory, GgufType.Q8_0);
        using CanonicalModel original = CanonicalModel.Import(directory.Original);
        Assert.NotEqual(original.ComputeIdentity(CancellationToken.None).WeightsRoot, imported.ComputeIdentity(CancellationToken.None).WeightsRoot);
    }

    [Fact]
    public void Write_TokenizerOfTheDirectory_HasItsSpecialTokens()
    {
        using HuggingFaceDirectory directory = new("tiny");
        directory.TokenizerConfig["chat_template"] = new JsonArray(
            new JsonObject { ["name"] = "tool_use", ["template"] = "no" }, new JsonObject { ["name"] = "default", ["template"] = "{{ messages[0].content }}" });
        File.WriteAllText(directory.File("generation_config.json"), """{"eos_token_id":[2, 300]}""");
        directory.WriteJson();
        using CanonicalModel model = Import(directory, GgufType.Q8_0);
        Tokenizer tokenizer = model.Tokenizer;
        Assert.Equal((1u, 2u, 0u, 300u, true, true), (tokenizer.BosId, tokenizer.EosId, tokenizer.UnknownId, tokenizer.EotId, tokenizer.AddsBos, tokenizer.AddsSpacePrefix));
        Assert.Equal([2u, 300u], tokenizer.EndOfGeneration);
        Assert.Equal((TokenType.Unknown, TokenType.Control, TokenType.Byte, TokenType.Normal), (tokenizer.TypeOf(0), tokenizer.TypeOf(2), tokenizer.TypeOf(3), tokenizer.TypeOf(319)));
        Assert.Equal("{{ messages[0].content }}", model.ChatTemplateText);
        File.WriteAllText(directory.File("chat_template.jinja"), "own file");
        using CanonicalModel other = Import(directory, GgufType.Q8_0);
        Assert.Equal("own file", other.ChatTemplateText);
    }

    [Fact]
    public void Write_VocabularySmallerThanTheEmbedding_IsFilledWithUnusedTokens()
    {
        using HuggingFaceDirectory directory = new("tiny");
        JsonObject vocabulary = directory.Tokenizer["model"]!["vocab"]!.AsObject();
        foreach (string text in vocabulary.Where(static entry => entry.Value!.GetValue<int>() >= 310).Select(static entry => entry.Key).ToArray())
            vocabulary.Remove(text);
        directory.WriteJson();
        using CanonicalModel model = Import(directory, GgufType.Q8_0);
        Assert.Equal(("[PAD310]", TokenType.Unused, 320), (model.Tokenizer.TokenText(310), model.Tokenizer.TypeOf(310), model.Tokenizer.VocabularySize));
    }

    [Fact]
    public void Open_MistralWithAWindow_EndsTheContextWithIt()
    {
        using HuggingFaceDirectory directory = new("tiny");
        (directory.Config["model_type"], directory.Config["sliding_window"]) = ("mistral", 48);
        directory.WriteJson();
        using CanonicalModel model = Import(directory, GgufType.Q8_0);
        Assert.Equal((48, ModelArchitecture.Llama), (model.Config.ContextLength, model.Config.Architecture));
    }

    /// <summary>Expected numbers from the published formula with the values of Llama 3.1, computed with another tool to 7 digits.</summary>
    [Fact]
    public void Write_Llama3Scaling_GivesThePublishedDivisors()
    {
        using HuggingFaceDirectory directory = new("tiny");
        int pairs = directory.Config["head_dim"]!.GetValue<int>() / 2;
        directory.Config["rope_theta"] = 500000.0;
        directory.Config["rope_scaling"] = new JsonObject
        {
            ["rope_type"] = "llama3", ["factor"] = 8.0, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0, ["original_max_position_embeddings"] = 8192,
        };
        directory.WriteJson();
        using CanonicalModel model = Import(directory, GgufType.Q8_0);
        using GgufFile file = GgufFile.Open(directory.Target);
        byte[] bytes = new byte[pairs * 4];
        file.ReadRows(file.GetTensor("rope_freqs.weight"), 0, bytes);
        for (int pair = 0; pair < pairs; pair++)
        {
            double wave = 2 * Math.PI / Math.Pow(500000.0, -2.0 * pair / (2 * pairs));
            double smooth = (8192 / wave - 1) / 3;
            double expected = wave < 2048 ? 1 : wave > 8192 ? 8 : 1 / ((1 - smooth) / 8 + smooth);
            Assert.Equal(expected, BitConverter.ToSingle(bytes, pair * 4), expected * 1e-6);
        }
        Assert.Equal((1f, 8f), (BitConverter.ToSingle(bytes, 0), BitConverter.ToSingle(bytes, bytes.Length - 4)));
        Assert.Equal(RopeScalingKind.Llama3, model.Config.RopeScaling);
    }

    public static TheoryData<string, string, string> Refusals => new()
    {
        { "model_type", "\"gemma\"", "model_type gemma is not supported" }, { "model_type", "null", "model_type is missing" },
        { "hidden_size", "0", "hidden_size is 0" }, { "hidden_size", "\"64\"", "an integer of" }, { "hidden_size", "1e99", "an integer of" },
        { "num_hidden_layers", "3", "needs tensor model.layers.2.input_layernorm.weight" }, { "num_hidden_layers", "1", "tensor model.layers.1" },
        { "intermediate_size", "32", "config.json needs [32" }, { "vocab_size", "319", "319 tokens" }, { "hidden_act", "\"gelu\"", "hidden_act gelu" },
        { "attention_bias", "true", "attention_bias" }, { "quantization_config", "{}", "quantization_config" }, { "partial_rotary_factor", "0.5", "partial_rotary_factor" },
        { "rope_scaling", "{\"type\":\"yarn\",\"factor\":2}", "yarn is not supported" }, { "rope_scaling", "{\"rope_type\":\"linear\"}", "rope_scaling.factor is missing" },
        { "rope_scaling", "{\"rope_type\":\"llama3\",\"factor\":8,\"low_freq_factor\":4,\"high_freq_factor\":1,\"original_max_position_embeddings\":9}", "low_freq_factor" },
        { "rms_norm_eps", "null", "rms_norm_eps is missing" }, { "head_dim", "15", "rotated in pairs" }, { "tie_word_embeddings", "1", "true or false" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Open_ConfigurationOutsideOfTheSupported_NamesTheKey(string key, string value, string cause)
    {
        using HuggingFaceDirectory directory = new("tiny");
        directory.Config[key] = JsonNode.Parse(value);
        directory.WriteJson();
        Assert.Contains(cause, Refused(directory).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string, string> TokenizerRefusals => new()
    {
        { "model.type", "\"Unigram\"", "Unigram is not supported" }, { "model.byte_fallback", "false", "pre_tokenizer is missing" },
        { "model.dropout", "0.1", "dropout" }, { "model.end_of_word_suffix", "\"</w>\"", "end_of_word_suffix" }, { "model.unk_token", "\"<none>\"", "<none>" },
        { "model.merges", "[\"a b\"]", "merge 0 makes 'ab'" }, { "model.merges", "[\"ab\"]", "model.merges[0] is no pair" }, { "model.merges", "[[\"a\",\"\"]]", "empty half" },
        { "model.merges", "[[\"a\",7]]", "must be a text" }, { "model.vocab", "{\"a\":5,\"b\":5}", "same number 5" }, { "model.vocab", "{\"a\":-1}", "the number -1" },
        { "model.vocab", "{\"a\":320}", "the number 320" }, { "normalizer", "{\"type\":\"Lowercase\"}", "Lowercase" }, { "normalizer", "null", "normalizer null" },
        { "post_processor", "{\"type\":\"BertProcessing\"}", "BertProcessing" },
        { "post_processor", "{\"type\":\"TemplateProcessing\",\"single\":[{\"Sequence\":{\"id\":\"A\"}},{\"SpecialToken\":{\"id\":\"</s>\"}}]}", "something else than BOS" },
        { "added_tokens", "[{\"id\":1,\"content\":\"<x>\",\"special\":true}]", "the number 1 of '<s>'" },
        { "added_tokens", "[{\"id\":1,\"content\":\"<s>\",\"special\":true,\"rstrip\":true}]", "wants rstrip" }, { "added_tokens", "[{\"id\":999,\"content\":\"<x>\"}]", "added_tokens.id is 999" },
    };

    [Theory]
    [MemberData(nameof(TokenizerRefusals))]
    public void Open_TokenizerOutsideOfTheSupported_NamesTheKey(string key, string value, string cause)
    {
        using HuggingFaceDirectory directory = new("tiny");
        string[] path = key.Split('.');
        (path.Length == 1 ? directory.Tokenizer : directory.Tokenizer[path[0]]!.AsObject())[path[^1]] = JsonNode.Parse(value);
        directory.WriteJson();
        HuggingFaceException refused = Refused(directory);
        Assert.Contains(cause, refused.Message, StringComparison.Ordinal);
        Assert.Equal(("tokenizer.json", HuggingFaceStage.Tokenizer), (refused.File, refused.Stage));
    }

    [Theory]
    [InlineData("config.json", null, "config.json (Configuration): the file is missing")]
    [InlineData("tokenizer.json", null, "tokenizer.json (Tokenizer): the file is missing")]
    [InlineData("tokenizer.json", "[1]", "must be an object")]
    [InlineData("config.json", "{\"model_type\":\"llama\",\"model_type\":\"llama\"}", "no JSON")]
    [InlineData("config.json", "{", "no JSON")]
    [InlineData("tokenizer_config.json", "{\"eos_token\":\"<none>\"}", "eos_token '<none>' is no token")]
    [InlineData("tokenizer_config.json", "{\"add_eos_token\":true}", "add_eos_token")]
    [InlineData("tokenizer_config.json", "{\"chat_template\":[{\"name\":\"rag\",\"template\":\"\"}]}", "without one called default")]
    [InlineData("generation_config.json", "{\"eos_token_id\":[300,301,302]}", "3 tokens that GGUF has no names for")]
    [InlineData("generation_config.json", "{\"eos_token_id\":320}", "the number 320")]
    [InlineData("model-00001-of-00002.safetensors", null, "the shard is missing")]
    [InlineData("model.safetensors.index.json", null, "neither this file nor model.safetensors.index.json")]
    [InlineData("model.safetensors.index.json", "{}", "weight_map is missing")]
    [InlineData("model.safetensors.index.json", "{\"weight_map\":{}}", "names 0 shards")]
    [InlineData("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"../model.safetensors\"}}", "no plain *.safetensors")]
    [InlineData("model.safetensors.index.json", "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\"}}", "tensor a is not in")]
    [InlineData("model.safetensors.index.json", "{\"weight_map\":{\"model.embed_tokens.weight\":\"model-00001-of-00002.safetensors\"}}", "is not listed")]
    public void Open_FileMissingOrWrong_NamesIt(string file, string? content, string cause)
    {
        using HuggingFaceDirectory directory = new("tiny", shards: 2);
        if (content is null)
            File.Delete(directory.File(file));
        else
            File.WriteAllText(directory.File(file), content);
        Assert.Contains(cause, Refused(directory).Message, StringComparison.Ordinal);
    }

    /// <summary>Whatever the bytes of the JSON files are: refused with the file's name, or imported.</summary>
    [Fact]
    public void Open_MutatedJson_FailsOnlyAsDocumented()
    {
        using HuggingFaceDirectory directory = new("tiny", shards: 2);
        directory.TokenizerConfig["chat_template"] = "{{ messages[0].content }}";
        directory.WriteJson();
        File.WriteAllText(directory.File("generation_config.json"), """{"eos_token_id":[2, 300]}""");
        Random random = new(31);
        int refused = 0;
        foreach (string name in (string[])["config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json", "model.safetensors.index.json"])
        {
            byte[] good = File.ReadAllBytes(directory.File(name));
            for (int run = 0; run < 120; run++)
            {
                byte[] bytes = [.. good];
                for (int i = random.Next(1, 4); i > 0; i--)
                    bytes[random.Next(run % 2 == 0 ? bytes.Length : Math.Min(bytes.Length, 400))] = random.Next(4) == 0 ? (byte)random.Next(256) : "0129{}[]\",:\\u.en-"u8[random.Next(17)];
                File.WriteAllBytes(directory.File(name), random.Next(8) == 0 ? bytes[..random.Next(bytes.Length)] : bytes);
                try
                {
                    HuggingFaceModel.Open(directory.Path, GgufType.Q8_0).Dispose();
                }
                catch (HuggingFaceException)
                {
                    refused++;
                }
            }
            File.WriteAllBytes(directory.File(name), good);
        }
        Assert.InRange(refused, 200, 599);
    }

    /// <summary>An escaped half of a surrogate pair is no text, wherever it stands.</summary>
    [Theory]
    [InlineData("config.json", "{\"model_type\":\"\\ud800\"}")]
    [InlineData("config.json", "{\"\\ud800\":1,\"model_type\":\"llama\"}")]
    [InlineData("tokenizer.json", "{\"model\":{\"type\":\"BPE\",\"byte_fallback\":true,\"vocab\":{\"\\ud800\":1}}}")]
    [InlineData("model.safetensors.index.json", "{\"weight_map\":{\"\\ud800\":\"a.safetensors\"}}")]
    public void Open_LoneSurrogates_AreRefused(string file, string content)
    {
        using HuggingFaceDirectory directory = new("tiny", shards: 2);
        File.WriteAllText(directory.File(file), content);
        Assert.Equal(file, Refused(directory).File);
    }

    [Fact]
    public void Open_SameTensorInTwoShards_IsRefused()
    {
        using HuggingFaceDirectory directory = new("tiny", shards: 2);
        File.Copy(directory.File("model-00001-of-00002.safetensors"), directory.File("model-00002-of-00002.safetensors"), overwrite: true);
        Assert.Contains("is in model-00001-of-00002.safetensors already", Refused(directory).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ElementThatIsNotFinite_NamesItAndLeavesNoFile()
    {
        using HuggingFaceDirectory directory = new("tiny", alter: static (name, data) =>
        {
            if (name == "model.layers.0.mlp.up_proj.weight")
                BitConverter.TryWriteBytes(data.AsSpan(data.Length - 4), float.NaN);
            return data;
        });
        HuggingFaceException refused = Assert.Throws<HuggingFaceException>(() => Import(directory, GgufType.F32).Dispose());
        Assert.Equal(HuggingFaceStage.TensorData, refused.Stage);
        Assert.Contains("model.layers.0.mlp.up_proj.weight, row ", refused.Message, StringComparison.Ordinal);
        Assert.Equal([directory.Original], Directory.GetFiles(directory.Folder));
    }

    private static HuggingFaceException Refused(HuggingFaceDirectory directory) =>
        Assert.Throws<HuggingFaceException>(() => HuggingFaceModel.Open(directory.Path, GgufType.Q8_0).Dispose());

    private static CanonicalModel Import(HuggingFaceDirectory directory, GgufType type)
    {
        using HuggingFaceModel model = HuggingFaceModel.Open(directory.Path, type);
        model.Write(directory.Target, new GgufWriteOptions { Overwrite = true }, CancellationToken.None);
        return CanonicalModel.Import(directory.Target);
    }

    private static float[] Logits(CanonicalModel model)
    {
        List<float> logits = [];
        OfflineRunner.Run(model, [1, 70, 12, 301], new OfflineRunOptions { MaxTokens = 2, Logits = (_, row) => logits.AddRange(row) }, CancellationToken.None);
        Assert.NotEmpty(logits);
        return [.. logits];
    }
}
