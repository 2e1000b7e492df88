namespace TeeTee.Inference.HuggingFace;

/// <summary>One tensor of the file to be written, and where it comes from.</summary>
/// <param name="Name">The name in GGUF.</param>
/// <param name="Source">The name in the checkpoint.</param>
/// <param name="Rows">Rows of a matrix, or null for a vector.</param>
/// <param name="Columns">Elements of a row.</param>
/// <param name="Heads">Heads whose rows are to be interleaved, or 0.</param>
internal sealed record TensorPlan(string Name, string Source, int? Rows, int Columns, int Heads = 0)
{
    /// <summary>All tensors of a model in the order in which they are written.</summary>
    public static IEnumerable<TensorPlan> All(HuggingFaceConfig config)
    {
        yield return new TensorPlan("token_embd.weight", "model.embed_tokens.weight", config.Vocabulary, config.Embedding);
        yield return new TensorPlan("output_norm.weight", "model.norm.weight", null, config.Embedding);
        if (!config.TiedOutput)
            yield return new TensorPlan("output.weight", "lm_head.weight", config.Vocabulary, config.Embedding);
        for (int layer = 0; layer < config.Layers; layer++)
        {
            foreach (TensorPlan plan in Layer(config, $"blk.{layer}.", $"model.layers.{layer}."))
                yield return plan;
        }
    }

    /// <summary>Whether a tensor of a checkpoint may be left out: it is computed, or tied to another.</summary>
    public static bool IsSpare(string source, HuggingFaceConfig config) =>
        source.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal) || (config.TiedOutput && source == "lm_head.weight");

    private static IEnumerable<TensorPlan> Layer(HuggingFaceConfig config, string to, string from)
    {
        (int query, int kv) = (config.Heads * config.HeadLength, config.KvHeads * config.HeadLength);
        string attention = from + "self_attn.", feedForward = from + "mlp.";
        yield return new TensorPlan(to + "attn_norm.weight", from + "input_layernorm.weight", null, config.Embedding);
        yield return new TensorPlan(to + "attn_q.weight", attention + "q_proj.weight", query, config.Embedding, config.Interleaves ? config.Heads : 0);
        yield return new TensorPlan(to + "attn_k.weight", attention + "k_proj.weight", kv, config.Embedding, config.Interleaves ? config.KvHeads : 0);
        yield return new TensorPlan(to + "attn_v.weight", attention + "v_proj.weight", kv, config.Embedding);
        if (config.HasBiases)
        {
            yield return new TensorPlan(to + "attn_q.bias", attention + "q_proj.bias", null, query);
            yield return new TensorPlan(to + "attn_k.bias", attention + "k_proj.bias", null, kv);
            yield return new TensorPlan(to + "attn_v.bias", attention + "v_proj.bias", null, kv);
        }
        if (config.HasHeadNorms)
        {
            yield return new TensorPlan(to + "attn_q_norm.weight", attention + "q_norm.weight", null, config.HeadLength);
            yield return new TensorPlan(to + "attn_k_norm.weight", attention + "k_norm.weight", null, config.HeadLength);
        }
        yield return new TensorPlan(to + "attn_output.weight", attention + "o_proj.weight", config.Embedding, query);
        yield return new TensorPlan(to + "ffn_norm.weight", from + "post_attention_layernorm.weight", null, config.Embedding);
        yield return new TensorPlan(to + "ffn_gate.weight", feedForward + "gate_proj.weight", config.FeedForward, config.Embedding);
        yield return new TensorPlan(to + "ffn_up.weight", feedForward + "up_proj.weight", config.FeedForward, config.Embedding);
        yield return new TensorPlan(to + "ffn_down.weight", feedForward + "down_proj.weight", config.Embedding, config.FeedForward);
    }
}
