using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// The operators with 256-bit vectors. Each element sees the operations of the definition in the same order, so the bits are equal;
/// a rest shorter than a vector goes through the definition itself. Sums keep the 16 logical lanes in two vectors.
/// </summary>
internal sealed unsafe class Vector256Kernels : IVectorKernels
{
    private const int Width = 8;

    private readonly ScalarVectorKernels _scalar = new();

    public string Name => "vector256";

    public NonFinite Quantize(ReadOnlySpan<float> x, Span<sbyte> q, Span<float> scales, Span<int> sums)
    {
        if (q.Length != BlockQuantizer.PaddedLength(x.Length) || scales.Length != BlockQuantizer.BlocksOf(x.Length))
            throw new ArgumentException($"{q.Length} bytes and {scales.Length} scales do not fit {x.Length} elements.");
        int whole = x.Length / BlockQuantizer.BlockSize;
        fixed (float* source = x)
        fixed (sbyte* target = q)
        {
            for (int b = 0; b < whole; b++)
                scales[b] = QuantizeBlock(source + b * BlockQuantizer.BlockSize, target + b * BlockQuantizer.BlockSize, b * BlockQuantizer.BlockSize);
        }
        if (whole < scales.Length)
        {
            int start = whole * BlockQuantizer.BlockSize;
            scales[whole] = BlockQuantizer.QuantizeBlock(x[start..], q[start..], start);
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
        if (weight.Length != x.Length || y.Length != x.Length)
            throw new ArgumentException($"{weight.Length} weights and {y.Length} outputs do not fit {x.Length} elements.");
        float r = Numerics.RmsNorm.InverseRoot(LaneKernels.Dot(x, x), x.Length, epsilon);
        int i = 0;
        for (; i + Width <= x.Length; i += Width)
            (Vector256.Create(x[i..]) * r * Vector256.Create(weight[i..])).CopyTo(y[i..]);
        for (; i < x.Length; i++)
            y[i] = x[i] * r * weight[i];
        Finite.Require(y, "rmsNorm");
        return NonFinite.None;
    }

    public NonFinite SiluGate(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> output)
    {
        if (up.Length != gate.Length || output.Length != gate.Length)
            throw new ArgumentException($"{up.Length} and {output.Length} elements do not fit {gate.Length}.");
        int i = 0;
        for (; i + Width <= gate.Length; i += Width)
            (Silu(Vector256.Create(gate[i..])) * Vector256.Create(up[i..])).CopyTo(output[i..]);
        for (; i < gate.Length; i++)
            output[i] = Numerics.SiluGate.Silu(gate[i]) * up[i];
        Finite.Require(output, "siluGate");
        return NonFinite.None;
    }

    public NonFinite Residual(Span<float> hidden, ReadOnlySpan<float> branch)
    {
        if (branch.Length != hidden.Length)
            throw new ArgumentException($"{branch.Length} elements do not fit {hidden.Length}.");
        int i = 0;
        for (; i + Width <= hidden.Length; i += Width)
            (Vector256.Create<float>(hidden[i..]) + Vector256.Create(branch[i..])).CopyTo(hidden[i..]);
        for (; i < hidden.Length; i++)
            hidden[i] += branch[i];
        Finite.Require(hidden, "residual");
        return NonFinite.None;
    }

    public void AttentionHead(
        ReadOnlySpan<float> query, ReadOnlySpan<ushort> keys, ReadOnlySpan<ushort> values, float scale, Span<float> scratch, Span<float> output)
    {
        if (query.Length % Width != 0)
        {
            Attention.Head(query, keys, values, scale, scratch, output);
            return;
        }
        for (int j = 0; j < scratch.Length; j++)
            scratch[j] = LaneKernels.Dot(query, keys.Slice(j * query.Length, query.Length)) * scale;
        Finite.Require(scratch, "attention.score");
        Softmax(scratch);
        WeightedSum(scratch, values, output);
        Finite.Require(output, "attention.output");
    }

    public NonFinite AddBias(Span<float> y, ReadOnlySpan<float> bias) => _scalar.AddBias(y, bias);

    public NonFinite Rotate(Span<float> heads, int dimension, ReadOnlySpan<float> cosines, ReadOnlySpan<float> sines, bool halfSplit) =>
        _scalar.Rotate(heads, dimension, cosines, sines, halfSplit);

    public NonFinite StoreHalves(ReadOnlySpan<float> x, Span<ushort> halves) => _scalar.StoreHalves(x, halves);

    public NonFinite Attend(in AttentionBlock block, out int row) => _scalar.Attend(block, out row);

    public PickCandidate Greedy(ReadOnlySpan<float> logits, int firstId) => _scalar.Greedy(logits, firstId);

    public PickCandidate Sample(ReadOnlySpan<float> logits, int firstId, float inverseTemperature, GumbelNoise noise) =>
        _scalar.Sample(logits, firstId, inverseTemperature, noise);

    private static float QuantizeBlock(float* x, sbyte* q, int firstIndex)
    {
        Vector256<float> x0 = Vector256.Load(x), x1 = Vector256.Load(x + 8), x2 = Vector256.Load(x + 16), x3 = Vector256.Load(x + 24);
        float a = Largest(Vector256.Max(Vector256.Max(Magnitude(x0), Magnitude(x1)), Vector256.Max(Magnitude(x2), Magnitude(x3))));
        uint bits = BitConverter.SingleToUInt32Bits(a);
        if (bits < BlockQuantizer.TinyBits || !float.IsFinite(a))
            return BlockQuantizer.QuantizeBlock(new ReadOnlySpan<float>(x, BlockQuantizer.BlockSize), new Span<sbyte>(q, BlockQuantizer.BlockSize), firstIndex);
        Vector256<float> inverse = Vector256.Create(127f / a);
        Vector256<short> low = Vector256.Narrow(Round(x0 * inverse), Round(x1 * inverse));
        Vector256<short> high = Vector256.Narrow(Round(x2 * inverse), Round(x3 * inverse));
        Vector256.Narrow(low, high).Store(q);
        return a / 127f;
    }

    // Compared as unsigned integers, as the definition does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Magnitude(Vector256<float> x) => x.AsUInt32() & Vector256.Create(0x7FFF_FFFFu);

    private static float Largest(Vector256<uint> magnitudes)
    {
        Vector128<uint> m = Vector128.Max(magnitudes.GetLower(), magnitudes.GetUpper());
        uint largest = Math.Max(Math.Max(m[0], m[1]), Math.Max(m[2], m[3]));
        return BitConverter.UInt32BitsToSingle(largest);
    }

    // |t| is at most 127 here, so the clamp of the definition has nothing to do.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(Vector256<float> t) => Vector256.ConvertToInt32(Vector256.Round(t));

    private static Vector256<float> Silu(Vector256<float> x)
    {
        Vector256<float> e = ExpKernel.ExpNeg(-Vector256.Abs(x));
        Vector256<float> numerator = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(x, Vector256<float>.Zero), x, x * e);
        return numerator / (Vector256<float>.One + e);
    }

    private static void Softmax(Span<float> scores)
    {
        float max = Attention.Max(scores);
        int i = 0;
        for (; i + Width <= scores.Length; i += Width)
            ExpKernel.ExpNeg(Vector256.Create<float>(scores[i..]) - Vector256.Create(max)).CopyTo(scores[i..]);
        for (; i < scores.Length; i++)
            scores[i] = CanonicalExp.ExpNeg(scores[i] - max);
        float sum = Finite.Require(LaneKernels.Sum(scores), "attention.sum");
        for (i = 0; i + Width <= scores.Length; i += Width)
            (Vector256.Create<float>(scores[i..]) / Vector256.Create(sum)).CopyTo(scores[i..]);
        for (; i < scores.Length; i++)
            scores[i] /= sum;
    }

    private static void WeightedSum(ReadOnlySpan<float> weights, ReadOnlySpan<ushort> values, Span<float> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(values.Length, weights.Length * output.Length);
        fixed (ushort* rows = values)
        {
            for (int i = 0; i < output.Length; i += Width)
            {
                Vector256<float> sum = Vector256<float>.Zero;
                for (int j = 0; j < weights.Length; j++)
                    sum = Vector256.FusedMultiplyAdd(Vector256.Create(weights[j]), HalfVector.Widen(rows + (long)j * output.Length + i), sum);
                sum.CopyTo(output[i..]);
            }
        }
    }
}
