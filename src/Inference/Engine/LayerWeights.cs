using System.Runtime.InteropServices;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;

namespace TeeTee.Inference.Engine;

/// <summary>The weights of one layer, ready for the kernels.</summary>
internal sealed class LayerWeights : IDisposable
{
    private readonly List<PackedMatrix> _matrices = [];

    public LayerWeights(CanonicalModel model, int layer)
    {
        try
        {
            AttentionNorm = ReadVector(model, TensorRole.AttentionNorm, layer);
            Query = Read(model, TensorRole.AttentionQuery, layer);
            Key = Read(model, TensorRole.AttentionKey, layer);
            Value = Read(model, TensorRole.AttentionValue, layer);
            AttentionOutput = Read(model, TensorRole.AttentionOutput, layer);
            FeedForwardNorm = ReadVector(model, TensorRole.FeedForwardNorm, layer);
            Gate = Read(model, TensorRole.FeedForwardGate, layer);
            Up = Read(model, TensorRole.FeedForwardUp, layer);
            Down = Read(model, TensorRole.FeedForwardDown, layer);
            QueryBias = Find(model, TensorRole.AttentionQueryBias, layer);
            KeyBias = Find(model, TensorRole.AttentionKeyBias, layer);
            ValueBias = Find(model, TensorRole.AttentionValueBias, layer);
            QueryNorm = Find(model, TensorRole.AttentionQueryNorm, layer);
            KeyNorm = Find(model, TensorRole.AttentionKeyNorm, layer);
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

    /// <summary>An F32 tensor as one vector, row after row.</summary>
    public static float[] ReadVector(CanonicalModel model, TensorRole role, int layer = -1) =>
        MemoryMarshal.Cast<byte, float>(model.GetTensor(role, layer).Data.Span).ToArray();

    /// <summary>A Q8_0 tensor, repacked.</summary>
    public static PackedMatrix ReadMatrix(CanonicalModel model, TensorRole role, int layer = -1)
    {
        CanonicalTensor tensor = model.GetTensor(role, layer);
        return new PackedMatrix(tensor.Data.Span, tensor.Rows, tensor.PaddedColumns / CanonicalTensor.BlockColumns);
    }

    public void Dispose()
    {
        foreach (PackedMatrix matrix in _matrices)
            matrix.Dispose();
    }

    private static float[]? Find(CanonicalModel model, TensorRole role, int layer) =>
        model.Config.Architecture.LayerRoles().Contains(role) ? ReadVector(model, role, layer) : null;

    private PackedMatrix Read(CanonicalModel model, TensorRole role, int layer)
    {
        PackedMatrix matrix = ReadMatrix(model, role, layer);
        _matrices.Add(matrix);
        return matrix;
    }
}
