namespace TeeTee.Numerics.Operators;

/// <summary>The output of every operator of one layer at one position. E embedding, QL heads * head dimension, KL kv heads * head dimension, FF feed-forward.</summary>
public sealed record LayerOutputs
{
    /// <summary>Over the E elements that enter the layer.</summary>
    public required NormOutput AttentionNorm { get; init; }

    /// <summary>E elements.</summary>
    public required QuantizedOutput AttentionInput { get; init; }

    /// <summary>QL rows.</summary>
    public required MatrixOutput Query { get; init; }

    /// <summary>KL rows.</summary>
    public required MatrixOutput Key { get; init; }

    /// <summary>KL rows.</summary>
    public required MatrixOutput Value { get; init; }

    /// <summary>[QL].</summary>
    public required float[] RotatedQuery { get; init; }

    /// <summary>[kv heads][head dimension], binary16 bits as stored.</summary>
    public required ushort[][] KeyRows { get; init; }

    /// <summary>[kv heads][head dimension], binary16 bits as stored.</summary>
    public required ushort[][] ValueRows { get; init; }

    /// <summary>[heads].</summary>
    public required HeadOutput[] Heads { get; init; }

    /// <summary>QL elements.</summary>
    public required QuantizedOutput QuantizedHeads { get; init; }

    /// <summary>E rows.</summary>
    public required MatrixOutput AttentionOutput { get; init; }

    /// <summary>[E].</summary>
    public required float[] AttentionResidual { get; init; }

    /// <summary>Over <see cref="AttentionResidual"/>.</summary>
    public required NormOutput FeedForwardNorm { get; init; }

    /// <summary>E elements.</summary>
    public required QuantizedOutput FeedForwardInput { get; init; }

    /// <summary>FF rows.</summary>
    public required MatrixOutput Gate { get; init; }

    /// <summary>FF rows.</summary>
    public required MatrixOutput Up { get; init; }

    /// <summary>FF elements.</summary>
    public required QuantizedOutput QuantizedGated { get; init; }

    /// <summary>E rows.</summary>
    public required MatrixOutput Down { get; init; }

    /// <summary>[E]: what leaves the layer.</summary>
    public required float[] FeedForwardResidual { get; init; }
}
