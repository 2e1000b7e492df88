using TeeTee.Inference.Kernels;
using TeeTee.Numerics;
using TeeTee.Numerics.Operators;

namespace TeeTee.Inference.Engine;

/// <summary>Shows a tap the buffers of one layer and one chunk of positions, position by position.</summary>
internal sealed class LayerTap(IOperatorTap tap, int layer, int start, int count)
{
    /// <summary>Rows of <paramref name="width"/> elements.</summary>
    public void Vector(DisputeOperator kind, NativeBuffer<float> rows, int width)
    {
        for (int t = 0; t < count; t++)
            tap.Vector(kind, layer, start + t, rows.Slice((long)t * width, width));
    }

    /// <summary>Rows of a quantised batch.</summary>
    public unsafe void Quantized(DisputeOperator kind, QuantizedBatch batch)
    {
        // The pointers are to rows below the count that was just written; the batch outlives the call.
        for (int t = 0; t < count; t++)
        {
            tap.Quantized(kind, layer, start + t, new Span<float>(batch.Scales(t), batch.Blocks),
                new Span<sbyte>(batch.Q(t), batch.Blocks * BlockQuantizer.BlockSize));
        }
    }

    /// <summary>The rows just stored.</summary>
    /// <param name="cache">Where.</param>
    /// <param name="inner">The layer inside the shard.</param>
    /// <param name="kvHeads">Rows of each kind.</param>
    public void Rows(KvCache cache, int inner, int kvHeads)
    {
        for (int t = 0; t < count; t++)
        {
            for (int head = 0; head < kvHeads; head++)
            {
                tap.Row(DisputeOperator.KeyRow, layer, head, start + t, cache.Row(inner, values: false, head, start + t));
                tap.Row(DisputeOperator.ValueRow, layer, head, start + t, cache.Row(inner, values: true, head, start + t));
            }
        }
    }

    /// <summary>Norms anew where the tap changed r.</summary>
    /// <returns>False, and nothing written, where it did not.</returns>
    public bool Renormalize(DisputeOperator kind, int t, ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> normed)
    {
        float r = RmsNorm.InverseRoot(LaneSum.Dot(x, x), x.Length, epsilon);
        float left = r;
        tap.Norm(kind, layer, start + t, ref left);
        if (BitConverter.SingleToUInt32Bits(left) == BitConverter.SingleToUInt32Bits(r))
            return false;
        for (int i = 0; i < x.Length; i++)
            normed[i] = Finite.Require(x[i] * left * weight[i], "rmsNorm", i);
        return true;
    }
}
