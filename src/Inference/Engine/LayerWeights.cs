using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Models.Packed;

namespace TeeTee.Inference.Engine;

/// <summary>The weights of one layer, ready for the kernels.</summary>
internal sealed class LayerWeights : IDisposable
{
    private readonly List<PackedMatrix> _matrices = [];

    public LayerWeights(WeightReader weights, int layer)
    {
        try
        {
            AttentionNorm = weights.Vector(TensorRole.AttentionNorm, layer);
            Query = Read(weights, TensorRole.AttentionQuery, layer);
            Key = Read(weights, TensorRole.AttentionKey, layer);
            Value = Read(weights, TensorRole.AttentionValue, layer);
            AttentionOutput = Read(weights, TensorRole.AttentionOutput, layer);
            FeedForwardNorm = weights.Vector(TensorRole.FeedForwardNorm, layer);
            Gate = Read(weights, TensorRole.FeedForwardGate, layer);
            Up = Read(weights, TensorRole.FeedForwardUp, layer);
            Down = Read(weights, TensorRole.FeedForwardDown, layer);
            QueryBias = weights.FindVector(TensorRole.AttentionQueryBias, layer);
            KeyBias = weights.FindVector(TensorRole.AttentionKeyBias, layer);
            ValueBias = weights.FindVector(TensorRole.AttentionValueBias, layer);
            QueryNorm = weights.FindVector(TensorRole.AttentionQueryNorm, layer);
            KeyNorm = weights.FindVector(TensorRole.AttentionKeyNorm, layer);
        }
        catch (Exception)
        {
            Dispose();
            throw;
        }
    }

    public float[] AttentionNorm { get; }

    public PackedMatrix Query { get; }

    public PackedMatrix Key { get; }

    public PackedMatrix Value { get; }

    public PackedMatrix AttentionOutput { get; }

    public float[] FeedForwardNorm { get; }

    public PackedMatrix Gate { get; }

    public PackedMatrix Up { get; }

    public PackedMatrix Down { get; }

    /// <summary>Added to the query; null where the architecture has no biases.</summary>
    public float[]? QueryBias { get; }

    /// <summary>Added to the key.</summary>
    public float[]? KeyBias { get; }

    /// <summary>Added to the value.</summary>
    public float[]? ValueBias { get; }

    /// <summary>Weights of the norm of each query head, after the bias and before the rotation; null where the architecture has none.</summary>
    public float[]? QueryNorm { get; }

    /// <summary>Weights of the norm of each key head.</summary>
    public float[]? KeyNorm { get; }

    /// <summary>Bytes of the matrices.</summary>
    public long Bytes => _matrices.Sum(matrix => matrix.Bytes);

    public void Dispose()
    {
        foreach (PackedMatrix matrix in _matrices)
            matrix.Dispose();
    }

    private PackedMatrix Read(WeightReader weights, TensorRole role, int layer)
    {
        PackedMatrix matrix = weights.Matrix(role, layer);
        _matrices.Add(matrix);
        return matrix;
    }
}
