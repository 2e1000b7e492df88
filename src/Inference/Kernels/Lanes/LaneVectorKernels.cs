using System.Runtime.CompilerServices;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>
/// The operators with vectors of any width. Each element sees the operations of the definition in the same order, so the bits are equal; a
/// rest shorter than a vector goes through the definition itself. Whether all is finite is asked once per vector
/// of results, by a lane that sums them times zero; only where that is a NaN is the first one looked for.
/// </summary>
internal sealed unsafe class LaneVectorKernels<TLanes> : IVectorKernels
    where TLanes : struct, ILanes<TLanes>
{
    private readonly ScalarVectorKernels _definition = new();

    public string Name { get; } = $"vector{32 * TLanes.Count}";

    public NonFinite Quantize(ReadOnlySpan<float> x, Span<sbyte> q, Span<float> scales, Span<int> sums)
    {
        RequireLength(q.Length, BlockQuantizer.PaddedLength(x.Length), nameof(q));
        RequireLength(scales.Length, BlockQuantizer.BlocksOf(x.Length), nameof(scales));
        RequireLength(sums.Length, scales.Length, nameof(sums));
        int whole = x.Length / BlockQuantizer.BlockSize * BlockQuantizer.BlockSize;
        bool finite;
        fixed (float* source = x, scale = scales)
        fixed (sbyte* target = q)
        fixed (int* sum = sums)
            finite = LaneQuantizer<TLanes>.Quantize(source, whole / BlockQuantizer.BlockSize, target, scale, sum);
        if (!finite)
            return FiniteScan.Find(x, "quantize");
        if (whole == x.Length)
            return NonFinite.None;
        int last = scales.Length - 1;
        NonFinite rest = _definition.Quantize(x[whole..], q[whole..], scales[last..], sums[last..]);
        return rest with { Index = rest.IsNone ? 0 : whole + rest.Index };
    }

    public NonFinite RmsNorm(ReadOnlySpan<float> x, ReadOnlySpan<float> weight, float epsilon, Span<float> y)
    {
        RequireLength(weight.Length, x.Length, nameof(weight));
        RequireLength(y.Length, x.Length, nameof(y));
        fixed (float* source = x, factor = weight, target = y)
        {
            float squares = LaneSums<TLanes>.Squares(source, x.Length);
            NonFinite failure = ScalarVectorKernels.InverseRoot(squares, x.Length, epsilon, out float r);
            if (!failure.IsNone)
                return failure;
            TLanes root = TLanes.Create(r), taint = default;
            int i = 0;
            for (; i + TLanes.Count <= x.Length; i += TLanes.Count)
                StoreChecked(TLanes.Load(source + i) * root * TLanes.Load(factor + i), target + i, ref taint);
            for (; i < x.Length; i++)
                target[i] = source[i] * r * factor[i];
            return Report("rmsNorm", y, taint);
        }
    }

    public NonFinite SiluGate(ReadOnlySpan<float> gate, ReadOnlySpan<float> up, Span<float> output)
    {
        RequireLength(up.Length, gate.Length, nameof(up));
        RequireLength(output.Length, gate.Length, nameof(output));
        fixed (float* source = gate, factor = up, target = output)
        {
            TLanes taint = default;
            int i = 0;
            for (; i + TLanes.Count <= gate.Length; i += TLanes.Count)
                StoreChecked(LaneMath<TLanes>.Silu(TLanes.Load(source + i)) * TLanes.Load(factor + i), target + i, ref taint);
            for (; i < gate.Length; i++)
                target[i] = Numerics.SiluGate.Silu(source[i]) * factor[i];
            return Report("siluGate", output, taint);
        }
    }

    public NonFinite Residual(Span<float> hidden, ReadOnlySpan<float> branch) => Add("residual", hidden, branch);

    public NonFinite AddBias(Span<float> y, ReadOnlySpan<float> bias) => Add("bias", y, bias);

    public NonFinite Rotate(Span<float> heads, int dimension, ReadOnlySpan<float> cosines, ReadOnlySpan<float> sines, bool halfSplit)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        RequireLength(heads.Length % dimension, 0, nameof(heads));
        RequireLength(sines.Length, cosines.Length, nameof(sines));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cosines.Length, dimension / 2);
        fixed (float* head = heads, cosine = cosines, sine = sines)
        {
            bool finite = halfSplit
                ? LaneRope<TLanes>.RotateHalves(head, heads.Length / dimension, dimension, cosine, sine, cosines.Length)
                : LaneRope<TLanes>.RotatePairs(head, heads.Length / dimension, dimension, cosine, sine, cosines.Length);
            return finite ? NonFinite.None : new NonFinite("rope", LaneRope<TLanes>.FirstNonFinite(heads, dimension, cosines.Length, halfSplit));
        }
    }

    public NonFinite StoreHalves(ReadOnlySpan<float> x, Span<ushort> halves)
    {
        RequireLength(halves.Length, x.Length, nameof(halves));
        int whole = x.Length / TLanes.Count * TLanes.Count;
        bool fits;
        fixed (float* source = x)
        fixed (ushort* target = halves)
            fits = LaneHalves<TLanes>.Store(source, target, whole);
        // The definition names the first that does not fit, and it rounds the rest.
        int first = fits ? whole : 0;
        NonFinite rest = _definition.StoreHalves(x[first..], halves[first..]);
        return rest with { Index = rest.IsNone ? 0 : first + rest.Index };
    }

    public NonFinite Attend(in AttentionBlock block, out int row)
    {
        block.Check();
        return PagedAttention<TLanes>.Run(block, out row);
    }

    public PickCandidate Greedy(ReadOnlySpan<float> logits, int firstId)
    {
        LaneBest<TLanes> best = LaneBest<TLanes>.Start();
        int i = 0;
        fixed (float* source = logits)
        {
            for (; i + TLanes.Count <= logits.Length; i += TLanes.Count)
                best.Add(TLanes.Load(source + i), i);
        }
        return best.IsTainted || i == 0
            ? _definition.Greedy(logits, firstId)
            : WithRest(LaneBest<TLanes>.Result(best, firstId), i == logits.Length ? null : _definition.Greedy(logits[i..], firstId + i));
    }

    [SkipLocalsInit]
    public PickCandidate Sample(ReadOnlySpan<float> logits, int firstId, float inverseTemperature, GumbelNoise noise)
    {
        RequireLength(firstId % IVectorKernels.RangeAlignment, 0, nameof(firstId));
        uint* words = stackalloc uint[LanePhilox<TLanes>.Vectors * TLanes.Count];
        LaneBest<TLanes> best = LaneBest<TLanes>.Start();
        LanePhilox<TLanes> philox = new(noise, firstId);
        TLanes factor = TLanes.Create(inverseTemperature);
        int i = 0;
        fixed (float* source = logits)
        {
            while (i + LanePhilox<TLanes>.Vectors * TLanes.Count <= logits.Length)
            {
                philox.Next(words);
                for (int v = 0; v < LanePhilox<TLanes>.Vectors; v++, i += TLanes.Count)
                {
                    TLanes gumbel = LaneMath<TLanes>.Gumbel(TLanes.Load((float*)words + v * TLanes.Count));
                    best.Add(TLanes.MultiplyAdd(TLanes.Load(source + i), factor, gumbel), i);
                }
            }
        }
        return best.IsTainted || i == 0
            ? ScalarVectorKernels.SampleFrom(logits, firstId, inverseTemperature, noise)
            : WithRest(LaneBest<TLanes>.Result(best, firstId), i == logits.Length ? null : ScalarVectorKernels.SampleFrom(logits[i..], firstId + i, inverseTemperature, noise));
    }

    private static PickCandidate WithRest(in PickCandidate whole, in PickCandidate? rest) =>
        rest is { } found ? PickCandidate.Merge(whole, found) : whole;

    private static NonFinite Add(string operatorName, Span<float> sum, ReadOnlySpan<float> addend)
    {
        RequireLength(addend.Length, sum.Length, nameof(addend));
        fixed (float* target = sum, source = addend)
        {
            TLanes taint = default;
            int i = 0;
            for (; i + TLanes.Count <= sum.Length; i += TLanes.Count)
                StoreChecked(TLanes.Load(target + i) + TLanes.Load(source + i), target + i, ref taint);
            for (; i < sum.Length; i++)
                target[i] += source[i];
            return Report(operatorName, sum, taint);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreChecked(TLanes value, float* target, ref TLanes taint)
    {
        taint = TLanes.MultiplyAdd(value, default, taint);
        value.Store(target);
    }

    /// <summary>The first element that is not finite, looked for in the rest, and in all of it only if the lanes are tainted.</summary>
    private static NonFinite Report(string operatorName, ReadOnlySpan<float> values, TLanes taint)
    {
        int whole = TLanes.IsAnyNaN(taint) ? 0 : values.Length / TLanes.Count * TLanes.Count;
        NonFinite found = FiniteScan.Find(values[whole..], operatorName);
        return found.IsNone ? found : found with { Index = whole + found.Index };
    }

    private static void RequireLength(int actual, int expected, string name)
    {
        if (actual != expected)
            throw new ArgumentException($"{name} is {actual}, expected {expected}.", name);
    }
}
