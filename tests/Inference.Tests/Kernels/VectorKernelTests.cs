using TeeTee.Inference.Kernels;
using TeeTee.Inference.Tests.Support;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Kernels;

/// <summary>
/// Every width that this machine has against the scalar definition: bits and failures, at every length, with all memory at the edge of
/// pages that nobody may touch, and hence also at all alignments.
/// </summary>
public sealed class VectorKernelTests : IDisposable
{
    private const int Longest = 256;

    private readonly ScalarVectorKernels _scalar = new();
    private readonly SeededNoise _noise = new(3, nameof(VectorKernelTests));
    private readonly GuardedMemory[] _memories = [.. Enumerable.Range(0, 5).Select(_ => new GuardedMemory(4 * 8192))];

    /// <summary>An operator: reads two vectors (and may change the first), writes the results as numbers into a list.</summary>
    private delegate NonFinite Operator(IVectorKernels kernels, float[] a, float[] b, bool atStart, List<float> results);

    private static IEnumerable<IVectorKernels> Wide => KernelCatalog.Vectors.Runnable().Where(kernels => kernels is not ScalarVectorKernels);

    public void Dispose()
    {
        foreach (GuardedMemory memory in _memories)
            memory.Dispose();
    }

    [Fact]
    public void Quantize_EveryLength_EqualsDefinition() => EqualsDefinition(Quantize);

    [Fact]
    public void RmsNorm_EveryLength_EqualsDefinition() => EqualsDefinition(RmsNorm);

    [Fact]
    public void SiluGate_EveryLength_EqualsDefinition() => EqualsDefinition((kernels, a, b, atStart, results) =>
    {
        Span<float> gate = Place(0, a, atStart);
        NonFinite failure = kernels.SiluGate(gate, Place(1, b, atStart), gate);
        results.AddRange(gate);
        return failure;
    });

    [Fact]
    public void Residual_EveryLength_EqualsDefinition() => EqualsDefinition((kernels, a, b, atStart, results) =>
    {
        Span<float> hidden = Place(0, a, atStart);
        NonFinite failure = kernels.Residual(hidden, Place(1, b, atStart));
        results.AddRange(hidden);
        return failure;
    });

    [Fact]
    public void AddBias_EveryLength_EqualsDefinition() => EqualsDefinition((kernels, a, b, atStart, results) =>
    {
        Span<float> y = Place(0, a, atStart);
        NonFinite failure = kernels.AddBias(y, Place(1, b, atStart));
        results.AddRange(y);
        return failure;
    });

    [Fact]
    public void StoreHalves_EveryLength_EqualsDefinition() => EqualsDefinition((kernels, a, _, atStart, results) =>
    {
        Span<ushort> halves = Place(1, new ushort[a.Length], atStart);
        NonFinite failure = kernels.StoreHalves(Place(0, a, atStart), halves);
        foreach (ushort half in halves)
            results.Add(half);
        return failure;
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rotate_EveryDimension_EqualsDefinition(bool halfSplit) => EqualsDefinition((kernels, a, b, atStart, results) =>
    {
        // One, two or three heads of which all or some pairs are rotated.
        int heads = a.Length % 3 == 0 ? 3 : a.Length % 2 == 0 ? 2 : 1, dimension = Math.Max(a.Length / heads, 1);
        int pairs = a.Length % 5 == 0 ? dimension / 4 : dimension / 2;
        Span<float> row = Place(0, a, atStart);
        NonFinite failure = kernels.Rotate(row, dimension, Place(1, b[..pairs], atStart), Place(2, b[^pairs..], atStart), halfSplit);
        results.AddRange(row);
        return failure;
    });

    [Fact]
    public void StoreHalves_AroundEveryHalf_EqualsDefinition()
    {
        float[] x = new float[4 * 0x7C00 * 2];
        for (int bits = 0; bits < 0x7C00; bits++)
        {
            // The half, the middle to the next one and both neighbours of the middle, with both signs.
            float half = Fp16.ToSingle((ushort)bits), middle = bits == 0x7BFF ? 65_519f : (half + Fp16.ToSingle((ushort)(bits + 1))) / 2;
            float[] around = [half, middle, MathF.BitDecrement(middle), MathF.BitIncrement(middle)];
            for (int i = 0; i < 4; i++)
                (x[8 * bits + i], x[8 * bits + 4 + i]) = (around[i], -around[i]);
        }
        ushort[] expected = new ushort[x.Length], actual = new ushort[x.Length];
        Assert.True(_scalar.StoreHalves(x, expected).IsNone);
        foreach (IVectorKernels kernels in Wide)
        {
            Assert.True(kernels.StoreHalves(x, actual).IsNone);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public void Quantize_Ties_EqualDefinition()
    {
        float[] x = new float[32 * 255];
        for (int i = 0; i < x.Length; i++)
            x[i] = i % 32 == 0 ? 127f : (i % 255 - 127) + 0.5f;
        Same(Quantize, x, x, false);
    }

    [Fact]
    public void Quantize_GreatestMagnitudes_NeverPass127()
    {
        // Where |x| is the block's greatest, x * (127 / a) is 127 after rounding, whatever a is: the reason why there is no clamp.
        float[] x = new float[32 * 64];
        for (int round = 0; round < 40; round++)
        {
            for (int i = 0; i < x.Length; i++)
                x[i] = BitConverter.UInt32BitsToSingle((uint)(0x0D80_0000 + _noise.Next(0x7F80_0000 - 0x0D80_0000)));
            Same(Quantize, x, x, false);
        }
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(5632)]
    [InlineData(4864)]
    public void EveryOperator_ModelWidths_EqualDefinition(int length)
    {
        float[] a = _noise.Fill(length, 3f), b = _noise.Fill(length, 1f);
        foreach (Operator one in (Operator[])[Quantize, RmsNorm])
            Same(one, a, b, false);
    }

    [Fact]
    public void RmsNorm_EveryFailure_EqualsDefinition()
    {
        float[] ones = [.. Enumerable.Repeat(1f, 40)], zeros = new float[40], large = [.. Enumerable.Repeat(1e19f, 40)];
        foreach ((float[] x, float epsilon, string? expected) in ((float[], float, string?)[])
            [(large, 1e-5f, "rmsNorm.sum"), (ones, float.PositiveInfinity, "rmsNorm.variance"), (zeros, 0f, "rmsNorm.inverse"), (ones, -2f, "rmsNorm.inverse"), (ones, 0f, null)])
        {
            foreach (IVectorKernels kernels in KernelCatalog.Vectors.Runnable())
                Assert.Equal(expected, kernels.RmsNorm(x, ones, epsilon, new float[40]).Operator);
        }
    }

    [Fact]
    public void EveryOperator_SizesThatDoNotFit_Throw()
    {
        foreach (IVectorKernels kernels in KernelCatalog.Vectors.Runnable())
        {
            float[] x = new float[40];
            Assert.ThrowsAny<ArgumentException>(() => kernels.Quantize(x, new sbyte[40], new float[2], new int[2]));
            Assert.ThrowsAny<ArgumentException>(() => kernels.Quantize(x, new sbyte[64], new float[1], new int[1]));
            Assert.ThrowsAny<ArgumentException>(() => kernels.Quantize(x, new sbyte[64], new float[2], new int[1]));
            Assert.ThrowsAny<ArgumentException>(() => kernels.RmsNorm(x, new float[39], 0f, x));
            Assert.ThrowsAny<ArgumentException>(() => kernels.RmsNorm(x, x, 0f, new float[39]));
            Assert.ThrowsAny<ArgumentException>(() => kernels.SiluGate(x, new float[39], x));
            Assert.ThrowsAny<ArgumentException>(() => kernels.SiluGate(x, x, new float[39]));
            Assert.ThrowsAny<ArgumentException>(() => kernels.Residual(x, new float[39]));
            Assert.ThrowsAny<ArgumentException>(() => kernels.AddBias(x, new float[39]));
            Assert.ThrowsAny<ArgumentException>(() => kernels.StoreHalves(x, new ushort[39]));
            Assert.ThrowsAny<ArgumentException>(() => kernels.Rotate(x, 39, new float[4], new float[4], false));
            Assert.ThrowsAny<ArgumentException>(() => kernels.Rotate(x, 10, new float[6], new float[6], true));
            Assert.ThrowsAny<ArgumentException>(() => kernels.Rotate(x, 10, new float[4], new float[5], true));
        }
    }

    private NonFinite Quantize(IVectorKernels kernels, float[] a, float[] b, bool atStart, List<float> results)
    {
        int blocks = BlockQuantizer.BlocksOf(a.Length);
        Span<sbyte> q = Place(1, new sbyte[BlockQuantizer.PaddedLength(a.Length)], atStart);
        Span<float> scales = Place(2, new float[blocks], atStart);
        Span<int> sums = Place(3, new int[blocks], atStart);
        NonFinite failure = kernels.Quantize(Place(0, a, atStart), q, scales, sums);
        results.AddRange(scales);
        foreach (sbyte value in q)
            results.Add(value);
        foreach (int sum in sums)
            results.Add(sum);
        return failure;
    }

    private NonFinite RmsNorm(IVectorKernels kernels, float[] a, float[] b, bool atStart, List<float> results)
    {
        Span<float> y = Place(2, new float[a.Length], atStart);
        NonFinite failure = kernels.RmsNorm(Place(0, a, atStart), Place(1, b, atStart), 1e-5f, y);
        results.AddRange(y);
        return failure;
    }

    private Span<T> Place<T>(int memory, T[] values, bool atStart)
        where T : unmanaged => atStart ? _memories[memory].AtStart<T>(values) : _memories[memory].AtEnd<T>(values);

    private void EqualsDefinition(Operator run)
    {
        for (int length = 0; length <= Longest; length++)
        {
            Same(run, AdversarialNumbers.Draw(_noise, length), AdversarialNumbers.Draw(_noise, length), atStart: length % 2 == 0);
            Same(run, _noise.Fill(length, 5f), _noise.Fill(length, 2f), atStart: length % 2 == 1);
            Same(run, AdversarialNumbers.DrawFatal(_noise, length), AdversarialNumbers.Draw(_noise, length), atStart: false);
            Same(run, AdversarialNumbers.Draw(_noise, length), AdversarialNumbers.DrawFatal(_noise, length), atStart: true);
        }
    }

    private void Same(Operator run, float[] a, float[] b, bool atStart)
    {
        List<float> expected = [], actual = [];
        NonFinite failure = run(_scalar, a, b, atStart, expected);
        foreach (IVectorKernels kernels in Wide)
        {
            actual.Clear();
            NonFinite found = run(kernels, a, b, atStart, actual);
            Assert.True(failure == found, $"{kernels.Name}, {a.Length} elements: {found}, expected {failure}.");
            for (int i = 0; failure.IsNone && i < expected.Count; i++)
            {
                if (BitConverter.SingleToInt32Bits(expected[i]) != BitConverter.SingleToInt32Bits(actual[i]))
                    Assert.Fail($"{kernels.Name}, {a.Length} elements: result {i} is {actual[i]:R}, expected {expected[i]:R}.");
            }
        }
    }
}
