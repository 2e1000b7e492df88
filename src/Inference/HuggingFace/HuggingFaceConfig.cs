using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.HuggingFace;

/// <summary>
/// config.json of the families that can be imported. What would change the computation and is not supported is refused by
/// name; what has no influence is not read.
/// </summary>
internal sealed class HuggingFaceConfig
{
    public const string File = "config.json";
    private const int MaxBytes = 1 << 20;
    private readonly JsonSection _json;
    private readonly JsonSection? _scaling;

    public HuggingFaceConfig(string directory)
    {
        _json = JsonSection.Read(directory, File, HuggingFaceStage.Configuration, MaxBytes);
        ModelType = _json.Text("model_type");
        Architecture = ModelType switch
        {
            "llama" or "mistral" => "llama",
            "qwen2" or "qwen3" => ModelType,
            _ => throw _json.Fault($"model_type {ModelType} is not supported; version 1 imports llama, mistral, qwen2 and qwen3"),
        };
        Embedding = _json.Integer("hidden_size", 1, 1 << 17);
        FeedForward = _json.Integer("intermediate_size", 1, 1 << 20);
        Layers = _json.Integer("num_hidden_layers", 1, 1 << 12);
        Heads = _json.Integer("num_attention_heads", 1, 1 << 12);
        KvHeads = _json.FindInteger("num_key_value_heads", 1, 1 << 12) ?? Heads;
        HeadLength = _json.FindInteger("head_dim", 2, 1 << 12) ?? (Embedding % Heads == 0 ? Embedding / Heads
            : throw _json.Fault($"num_attention_heads {Heads} does not divide hidden_size {Embedding}, and head_dim is missing"));
        if (HeadLength % 2 != 0)
            throw _json.Fault($"heads of {HeadLength} elements cannot be rotated in pairs");
        Vocabulary = _json.Integer("vocab_size", 1, 1 << 22);
        TiedOutput = _json.Flag("tie_word_embeddings", false);
        // Transformers 5 moved the rotary settings into an object of their own.
        _scaling = _json.FindObject("rope_parameters") ?? _json.FindObject("rope_scaling");
        RopeBase = _json.FindNumber("rope_theta") ?? _scaling?.FindNumber("rope_theta") ?? 10_000f;
        CheckRefusals();
        Divisors = ReadScaling();
    }

    /// <summary>The family as config.json calls it.</summary>
    public string ModelType { get; }

    /// <summary>The architecture as GGUF calls it.</summary>
    public string Architecture { get; }

    public int Embedding { get; }

    public int FeedForward { get; }

    public int Layers { get; }

    public int Heads { get; }

    public int KvHeads { get; }

    public int HeadLength { get; }

    public int Vocabulary { get; }

    public bool TiedOutput { get; }

    public float RopeBase { get; }

    /// <summary>Divisors of the rotary angles (rope_freqs.weight), or null.</summary>
    public float[]? Divisors { get; }

    /// <summary>The factor of linear scaling, or null.</summary>
    public float? LinearFactor { get; private set; }

    /// <summary>Whether query and key rows are paired by halves and must be interleaved for GGUF.</summary>
    public bool Interleaves => Architecture == "llama";

    public bool HasBiases => Architecture == "qwen2";

    public bool HasHeadNorms => Architecture == "qwen3";

    /// <summary>The ids of a key that may be one number or several, as they are.</summary>
    public static IReadOnlyList<int> TokenIds(JsonSection? json, string name) => json?.Find(name) is not System.Text.Json.JsonElement value ? []
        : value.ValueKind == System.Text.Json.JsonValueKind.Array
            ? [.. value.EnumerateArray().Select(item => TokenId(json, name, item))]
            : [TokenId(json, name, value)];

    public IReadOnlyList<int> TokenIds(string name) => TokenIds(_json, name);

    public void AddTo(GgufWriter writer, string name)
    {
        writer.Add("general.architecture", Architecture);
        writer.Add("general.name", name);
        writer.Add("general.quantization_version", 2u);
        writer.Add($"{Architecture}.vocab_size", (uint)Vocabulary);
        writer.Add($"{Architecture}.context_length", (uint)ContextLength());
        writer.Add($"{Architecture}.embedding_length", (uint)Embedding);
        writer.Add($"{Architecture}.block_count", (uint)Layers);
        writer.Add($"{Architecture}.feed_forward_length", (uint)FeedForward);
        writer.Add($"{Architecture}.attention.head_count", (uint)Heads);
        writer.Add($"{Architecture}.attention.head_count_kv", (uint)KvHeads);
        writer.Add($"{Architecture}.attention.key_length", (uint)HeadLength);
        writer.Add($"{Architecture}.attention.value_length", (uint)HeadLength);
        writer.Add($"{Architecture}.attention.layer_norm_rms_epsilon", _json.Number("rms_norm_eps"));
        writer.Add($"{Architecture}.rope.dimension_count", (uint)HeadLength);
        writer.Add($"{Architecture}.rope.freq_base", RopeBase);
        if (LinearFactor is not float factor)
            return;
        writer.Add($"{Architecture}.rope.scaling.type", "linear");
        writer.Add($"{Architecture}.rope.scaling.factor", factor);
    }

    private static int TokenId(JsonSection json, string name, System.Text.Json.JsonElement value) =>
        value.ValueKind == System.Text.Json.JsonValueKind.Number && value.TryGetInt32(out int id) && id >= 0
            ? id
            : throw json.Fault($"{json.Key(name)} is {JsonSection.Shown(value)}, a token id is needed");

    /// <summary>Where attention slides over a window, the context ends with the window: up to there both are the same.</summary>
    private int ContextLength()
    {
        int context = _json.Integer("max_position_embeddings", 1, 1 << 24);
        bool slides = ModelType == "mistral" || _json.Flag("use_sliding_window", false);
        return slides && _json.FindInteger("sliding_window", 1, 1 << 24) is int window ? Math.Min(context, window) : context;
    }

    private void CheckRefusals()
    {
        if (_json.FindText("hidden_act") is string activation && activation is not ("silu" or "swish"))
            throw _json.Fault($"hidden_act {activation} is not supported");
        if (_json.Find("quantization_config") is not null)
            throw _json.Fault("quantized weights (quantization_config) are not imported");
        if ((_json.FindNumber("partial_rotary_factor") ?? 1f) != 1f)
            throw _json.Fault("partial_rotary_factor is not supported");
        if (_json.Flag("attention_bias", false) || _json.Flag("mlp_bias", false))
            throw _json.Fault($"attention_bias and mlp_bias are not supported for {ModelType}");
    }

    private float[]? ReadScaling()
    {
        string kind = _scaling?.FindText("rope_type") ?? _scaling?.FindText("type") ?? "default";
        switch (kind)
        {
            case "default":
                return null;
            case "linear":
                LinearFactor = _scaling!.Number("factor");
                return null;
            case "llama3":
                return Llama3Divisors(_scaling!);
            default:
                throw _scaling!.Fault($"{_scaling.Key("rope_type")} {kind} is not supported; version 1 imports default, linear and llama3");
        }
    }

    /// <summary>
    /// Llama 3.1: short waves are kept, long ones divided by the factor, those between interpolated. Computed in binary64 and
    /// rounded once; what is hashed and computed with is the file's numbers.
    /// </summary>
    private float[] Llama3Divisors(JsonSection scaling)
    {
        double factor = scaling.Number("factor"), low = scaling.Number("low_freq_factor"), high = scaling.Number("high_freq_factor");
        double original = scaling.Integer("original_max_position_embeddings", 1, 1 << 24);
        if (factor < 1 || low <= 0 || high <= low)
            throw scaling.Fault($"{scaling.Key("factor")} must be at least 1, and 0 < low_freq_factor < high_freq_factor");
        float[] divisors = new float[HeadLength / 2];
        for (int pair = 0; pair < divisors.Length; pair++)
        {
            double wave = 2 * Math.PI * Math.Pow(RopeBase, 2.0 * pair / HeadLength);
            double share = Math.Clamp((original / wave - low) / (high - low), 0, 1);
            divisors[pair] = (float)(1 / ((1 - share) / factor + share));
        }
        return divisors;
    }
}
