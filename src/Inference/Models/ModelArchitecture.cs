namespace TeeTee.Inference.Models;

/// <summary>The computations that version 1 knows; the numbers enter configHash (docs/protocol.md, section 3).</summary>
public enum ModelArchitecture : uint
{
    /// <summary>Llama 2 and 3, TinyLlama, Mistral: no biases, pairs (2i, 2i + 1).</summary>
    Llama = 1,

    /// <summary>Qwen 2 and 2.5: biases on query, key and value, pairs (i, i + n/2).</summary>
    Qwen2 = 2,

    /// <summary>Qwen 3: every head of query and key is normalised before it is rotated, pairs (i, i + n/2).</summary>
    Qwen3 = 3,
}
