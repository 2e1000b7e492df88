using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models.Synthesis;

namespace TeeTee.Inference.Tests.HuggingFace;

/// <summary>A model directory as Hugging Face has it, made from a synthetic GGUF model of the same weights.</summary>
internal sealed class HuggingFaceDirectory : IDisposable
{
    private static readonly ConcurrentDictionary<(string, GgufType), byte[]> s_originals = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-hf-").FullName;
    private readonly SyntheticShape _shape;

    public HuggingFaceDirectory(string shape, GgufType type = GgufType.F32, int shards = 1, Func<string, byte[], byte[]>? alter = null)
    {
        _shape = SyntheticShape.Find(shape)! with { Layers = 2, Context = 64, Vocabulary = 320 };
        Directory.CreateDirectory(Path);
        System.IO.File.WriteAllBytes(Original, s_originals.GetOrAdd((shape, type), _ =>
        {
            new SyntheticModelFile(_shape, type, 5).Write(Original, new GgufWriteOptions(), CancellationToken.None);
            return System.IO.File.ReadAllBytes(Original);
        }));
        Config = MakeConfig();
        Tokenizer = MakeTokenizer(_shape.Vocabulary);
        TokenizerConfig = new JsonObject { ["bos_token"] = "<s>", ["eos_token"] = new JsonObject { ["content"] = "</s>" } };
        WriteJson();
        WriteTensors(shards, alter ?? (static (_, data) => data));
    }

    public string Path => System.IO.Path.Combine(_folder, "model");

    /// <summary>The GGUF file with the same weights.</summary>
    public string Original => System.IO.Path.Combine(_folder, "original.gguf");

    /// <summary>Where a test may import to.</summary>
    public string Target => System.IO.Path.Combine(_folder, "imported.gguf");

    public string Folder => _folder;

    public JsonObject Config { get; }

    public JsonObject Tokenizer { get; set; }

    public JsonObject TokenizerConfig { get; }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Writes the JSON files again after a change.</summary>
    public void WriteJson()
    {
        System.IO.File.WriteAllText(File("config.json"), Config.ToJsonString());
        System.IO.File.WriteAllText(File("tokenizer.json"), Tokenizer.ToJsonString());
        System.IO.File.WriteAllText(File("tokenizer_config.json"), TokenizerConfig.ToJsonString());
    }

    /// <summary>A SentencePiece vocabulary that needs no merges: three special tokens, the bytes, single characters.</summary>
    private static JsonObject MakeTokenizer(int size)
    {
        JsonObject vocabulary = [];
        for (int id = 0; id < size; id++)
            vocabulary.Add(id switch { 0 => "<unk>", 1 => "<s>", 2 => "</s>", < 259 => $"<0x{id - 3:X2}>", _ => ((char)(0x4E00 + id)).ToString() }, id);
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. new[] { "<unk>", "<s>", "</s>" }.Select(static (text, id) =>
                (JsonNode)new JsonObject { ["id"] = id, ["content"] = text, ["special"] = true })]),
            ["normalizer"] = JsonNode.Parse("""{"type":"Sequence","normalizers":[{"type":"Prepend","prepend":"\u2581"},{"type":"Replace","pattern":{"String":" "},"content":"\u2581"}]}"""),
            ["pre_tokenizer"] = null,
            ["post_processor"] = JsonNode.Parse("""{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}]}"""),
            ["model"] = new JsonObject { ["type"] = "BPE", ["unk_token"] = "<unk>", ["byte_fallback"] = true, ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        };
    }

    private JsonObject MakeConfig()
    {
        JsonObject config = new()
        {
            ["model_type"] = _shape.Architecture, ["hidden_size"] = _shape.Embedding, ["intermediate_size"] = _shape.FeedForward,
            ["num_hidden_layers"] = _shape.Layers, ["num_attention_heads"] = _shape.Heads, ["num_key_value_heads"] = _shape.KvHeads,
            ["head_dim"] = _shape.HeadLength, ["vocab_size"] = _shape.Vocabulary, ["max_position_embeddings"] = _shape.Context,
            ["rms_norm_eps"] = _shape.Epsilon, ["rope_theta"] = _shape.RopeBase, ["tie_word_embeddings"] = _shape.Tied,
            ["hidden_act"] = "silu", ["torch_dtype"] = "float32", ["attention_bias"] = false,
        };
        if (_shape.Llama3Factor != 0f)
            config["rope_scaling"] = new JsonObject
            {
                ["rope_type"] = "llama3", ["factor"] = _shape.Llama3Factor, ["low_freq_factor"] = 1.0, ["high_freq_factor"] = 4.0,
                ["original_max_position_embeddings"] = 8192,
            };
        return config;
    }

    private void WriteTensors(int shards, Func<string, byte[], byte[]> alter)
    {
        using GgufFile file = GgufFile.Open(Original);
        SafetensorsBuilder[] builders = [.. Enumerable.Range(0, shards).Select(static _ => new SafetensorsBuilder())];
        Dictionary<string, string> map = [];
        string Name(int shard) => shards == 1 ? "model.safetensors" : $"model-{shard + 1:D5}-of-{shards:D5}.safetensors";
        int next = 0;
        foreach (GgufTensor tensor in file.Tensors.Where(static tensor => tensor.Name != "rope_freqs.weight"))
        {
            int shard = next++ % shards;
            string name = SourceName(tensor.Name);
            byte[] bytes = new byte[tensor.ByteLength];
            file.ReadRows(tensor, 0, bytes);
            long[] shape = tensor.DimensionCount == 1 ? [tensor.Columns] : [tensor.Rows, tensor.Columns];
            builders[shard].Tensor(name, tensor.Type.ToString(), shape, alter(name, Separate(tensor, bytes)));
            map[name] = Name(shard);
        }
        for (int shard = 0; shard < shards; shard++)
            System.IO.File.WriteAllBytes(File(Name(shard)), builders[shard].Build());
        if (shards > 1)
            System.IO.File.WriteAllText(File("model.safetensors.index.json"), JsonSerializer.Serialize(new { metadata = new { total_size = 1 }, weight_map = map }));
    }

    /// <summary>Undoes the interleaving of query and key rows, written from the definition: the two halves of a head become its even and odd rows.</summary>
    private byte[] Separate(GgufTensor tensor, byte[] bytes)
    {
        bool query = tensor.Name.EndsWith("attn_q.weight", StringComparison.Ordinal), key = tensor.Name.EndsWith("attn_k.weight", StringComparison.Ordinal);
        if (_shape.Architecture != "llama" || !(query || key))
            return bytes;
        int rowBytes = (int)tensor.RowBytes, half = _shape.HeadLength / 2;
        byte[] separated = new byte[bytes.Length];
        for (int head = 0; head < (query ? _shape.Heads : _shape.KvHeads); head++)
        {
            for (int pair = 0; pair < half; pair++)
            {
                int from = head * _shape.HeadLength;
                bytes.AsSpan((from + 2 * pair) * rowBytes, rowBytes).CopyTo(separated.AsSpan((from + pair) * rowBytes));
                bytes.AsSpan((from + 2 * pair + 1) * rowBytes, rowBytes).CopyTo(separated.AsSpan((from + half + pair) * rowBytes));
            }
        }
        return separated;
    }

    private static string SourceName(string name)
    {
        string[] parts = name.Split('.');
        if (parts[0] != "blk")
            return parts[0] switch { "token_embd" => "model.embed_tokens.weight", "output_norm" => "model.norm.weight", _ => "lm_head.weight" };
        string place = parts[2] switch
        {
            "attn_norm" => "input_layernorm",
            "ffn_norm" => "post_attention_layernorm",
            "attn_q" => "self_attn.q_proj",
            "attn_k" => "self_attn.k_proj",
            "attn_v" => "self_attn.v_proj",
            "attn_output" => "self_attn.o_proj",
            "attn_q_norm" => "self_attn.q_norm",
            "attn_k_norm" => "self_attn.k_norm",
            "ffn_gate" => "mlp.gate_proj",
            "ffn_up" => "mlp.up_proj",
            _ => "mlp.down_proj",
        };
        return $"model.layers.{parts[1]}.{place}.{parts[3]}";
    }
}
