using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>The definition itself, and the measure of the other implementations. It allocates where it fails, by catching the definition's exception.</summary>
internal sealed unsafe class ScalarVectorKernels : IVectorKernels
{
    public string Name => "scalar";

    public NonFinite Quantize(ReadOnlySpan<float> x, Span<sbyte> q, Span<float> scales, Span<int> sums)
    {
        RequireEqual(sums.Length, scales.Length);
        try
        {
            BlockQuantizer.Quantize(x, q, scales);
        }
        catch (NonFiniteException failure)
        {
            return Report(failure);
        }
        for (int b = 0; b < sums.Length; b++)
        {
            sums[b] = 0;
            foreach (sbyte value in q.Slice(b * BlockQuantizer.BlockSize, BlockQuantizer.BlockSize))
                sums[b] += value;
        }
        return NonFinite.None;
    }

    public NonFinite RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> y)
    {
        try
        {
            Numerics.RmsNorm.Apply(x, weight, epsilon, y);
            return NonFinite.None;
        }
        catch (NonFiniteException failure)
        {
            return Report(failure);
        }
    }

    public NonFinite SiluGate(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> output)
    {
        try
        {
            Numerics.SiluGate.Apply(gate, up, output);
            return NonFinite.None;
        }
        catch (NonFiniteException failure)
        {
            return Report(failure);
        }
    }

    public NonFinite Residual(Span<float> hidden, ReadOnlySpan<float> branch)
    {
        try
        {
            Numerics.Residual.Add(hidden, branch);
            return NonFinite.None;
        }
        catch (NonFiniteException failure)
        {
            return Report(failure);
        }
    }

    public NonFinite AddBias(Span<float> y, ReadOnlySpan<float> bias)
    {
        RequireEqual(bias.Length, y.Length);
        for (int i = 0; i < y.Length; i++)
        {
            y[i] += bias[i];
            if (!float.IsFinite(y[i]))
                return new NonFinite("bias", i);
        }
        return NonFinite.None;
    }

    public NonFinite Rotate(Span<float> heads, int dimension, ReadOnlySpan<float> cosines, ReadOnlySpan<float> sines, bool halfSplit)
    {
        RequireEqual(heads.Length % dimension, 0);
        for (int first = 0; first < heads.Length; first += dimension)
        {
            try
            {
                Rope.Apply(heads.Slice(first, dimension), cosines, sines, halfSplit);
            }
            catch (NonFiniteException failure)
            {
                return new NonFinite(failure.Operator, first + failure.Index);
            }
        }
        return NonFinite.None;
    }

    public NonFinite StoreHalves(ReadOnlySpan<float> x, Span<ushort> halves)
    {
        try
        {
            Fp16.FromSingle(x, halves);
            return NonFinite.None;
        }
        catch (NonFiniteException failure)
        {
            return Report(failure);
        }
    }

    /// <summary>Copies the stored rows out of their pages and asks the definition, row by row.</summary>
    public NonFinite Attend(in AttentionBlock block, out int row)
    {
        block.Check();
        int positions = block.FirstPosition + block.Count, dimension = block.Dimension;
        ushort[] keys = new ushort[positions * dimension], values = new ushort[positions * dimension];
        CopyRows(block, keys, values);
        for (row = 0; row < block.Rows; row++)
        {
            int read = block.PositionsOf(row);
            ReadOnlySpan<float> query = block.Query.Slice(block.QueryOf(row), dimension);
            Span<float> output = block.Output.Slice(block.OutputOf(row), dimension);
            try
            {
                Attention.Head(query, keys, values, block.Scale, block.Scratch[..read], output);
            }
            catch (NonFiniteException failure)
            {
                return Report(failure);
            }
        }
        row = -1;
        return NonFinite.None;
    }

    public PickCandidate Greedy(ReadOnlySpan<float> logits, int firstId)
    {
        RequireSome(logits);
        int best = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            if (!float.IsFinite(logits[i]))
                return new PickCandidate(0, 0f, new NonFinite("pick", firstId + i));
            if (logits[i] > logits[best])
                best = i;
        }
        return new PickCandidate((uint)(firstId + best), logits[best], NonFinite.None);
    }

    public PickCandidate Sample(ReadOnlySpan<float> logits, int firstId, float inverseTemperature, GumbelNoise noise)
    {
        RequireEqual(firstId % IVectorKernels.RangeAlignment, 0);
        return SampleFrom(logits, firstId, inverseTemperature, noise);
    }

    /// <summary><see cref="Sample"/> from any id on.</summary>
    public static PickCandidate SampleFrom(ReadOnlySpan<float> logits, int firstId, float inverseTemperature, GumbelNoise noise)
    {
        RequireSome(logits);
        (int best, float bestScore) = (0, float.NegativeInfinity);
        for (int i = 0; i < logits.Length; i++)
        {
            float score = MathF.FusedMultiplyAdd(logits[i], inverseTemperature, noise.At((uint)(firstId + i)));
            if (!float.IsFinite(score))
                return new PickCandidate(0, 0f, new NonFinite("pick", firstId + i));
            if (score > bestScore)
                (best, bestScore) = (i, score);
        }
        return new PickCandidate((uint)(firstId + best), bestScore, NonFinite.None);
    }

    /// <summary>The factor of <see cref="Numerics.RmsNorm.InverseRoot"/>, or which of its steps is not finite.</summary>
    public static NonFinite InverseRoot(float squares, int count, float epsilon, out float root)
    {
        try
        {
            root = Numerics.RmsNorm.InverseRoot(squares, count, epsilon);
            return NonFinite.None;
        }
        catch (NonFiniteException failure)
        {
            root = 0f;
            return Report(failure);
        }
    }

    private static void CopyRows(in AttentionBlock block, Span<ushort> keys, Span<ushort> values)
    {
        int dimension = block.Dimension;
        for (int j = 0; j < keys.Length / dimension; j++)
        {
            // The page has room for both parts by the caller's word; the indices stay inside [dimension][32] and [32][dimension].
            ushort* page = (ushort*)block.Pages[j / AttentionBlock.PagePositions];
            int slot = j % AttentionBlock.PagePositions;
            for (int i = 0; i < dimension; i++)
            {
                keys[j * dimension + i] = page[block.KeyOffset + (long)i * AttentionBlock.PagePositions + slot];
                values[j * dimension + i] = page[block.ValueOffset + (long)slot * dimension + i];
            }
        }
    }

    private static NonFinite Report(NonFiniteException failure) => new(failure.Operator, failure.Index);

    private static void RequireEqual(int actual, int expected) => ArgumentOutOfRangeException.ThrowIfNotEqual(actual, expected);

    private static void RequireSome(ReadOnlySpan<float> logits)
    {
        if (logits.IsEmpty)
            throw new ArgumentException("There are no logits.", nameof(logits));
    }
}
