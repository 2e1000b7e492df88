using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Kernels;

public class VectorKernelTests
{
    private readonly IVectorKernels _scalar = new ScalarVectorKernels();
    private readonly IVectorKernels _vector = new Vector256Kernels();

    [Fact]
    public void Quantize_EveryLength_EqualsDefinition()
    {
        for (int length = 1; length <= 260; length++)
            Same((kernels, output) =>
            {
                sbyte[] q = new sbyte[BlockQuantizer.PaddedLength(length)];
                kernels.Quantize(SelfCheckInputs.Wide(length, (uint)length), q, output.AsSpan(256, BlockQuantizer.BlocksOf(length)), new int[BlockQuantizer.BlocksOf(length)]).Require();
                for (int i = 0; i < Math.Min(256, q.Length); i++)
                    output[i] = q[i];
            });
    }

    [Fact]
    public void Quantize_TiesAndTinyBlocks_EqualDefinition()
    {
        Random random = new(11);
        for (int round = 0; round < 500; round++)
        {
            float[] x = [.. Enumerable.Range(0, 64).Select(i => i < 32 ? random.Next(-254, 255) / 2f : random.NextSingle() * 1e-30f)];
            Same((kernels, output) =>
            {
                sbyte[] q = new sbyte[64];
                kernels.Quantize(x, q, output.AsSpan(64, 2), new int[2]).Require();
                for (int i = 0; i < 64; i++)
                    output[i] = q[i];
            });
        }
    }

    [Fact]
    public void Elementwise_EveryLength_EqualsDefinition()
    {
        for (int length = 1; length <= 100; length++)
        {
            float[] a = SelfCheckInputs.Wide(length, 200 + (uint)length), b = SelfCheckInputs.Even(length, 300 + (uint)length);
            Same((kernels, output) => kernels.RmsNorm(a, b, 1e-5f, output.AsSpan(0, length)));
            Same((kernels, output) => kernels.SiluGate(a, b, output.AsSpan(0, length)));
            Same((kernels, output) =>
            {
                a.CopyTo(output, 0);
                kernels.Residual(output.AsSpan(0, length), b);
            });
        }
    }

    [Fact]
    public void SiluGate_AllMagnitudes_EqualDefinition()
    {
        float[] ones = [.. Enumerable.Repeat(1f, 256)];
        for (uint start = 0; start < 0x7F80_0000; start += 0x0001_2345 * 8)
        {
            float[] gate = [.. Enumerable.Range(0, 256).Select(i => BitConverter.UInt32BitsToSingle(
                Math.Min(start + (uint)i / 2 * 77_777, 0x7F7F_FFFF) | ((uint)i & 1) << 31))];
            Same((kernels, output) => kernels.SiluGate(gate, ones, output.AsSpan(0, 256)));
        }
    }

    [Fact]
    public void AttentionHead_EveryPositionCount_EqualsDefinition()
    {
        foreach (int dimension in (int[])[5, 8, 16, 24, 64])
        {
            float[] query = SelfCheckInputs.Wide(dimension, 40);
            for (int positions = 1; positions <= 70; positions++)
            {
                ushort[] keys = SelfCheckInputs.Halves(positions * dimension, 41), values = SelfCheckInputs.Halves(positions * dimension, 42);
                Same((kernels, output) => kernels.AttentionHead(query, keys, values, 0.3f, new float[positions], output.AsSpan(0, dimension)));
            }
        }
    }

    [Fact]
    public void AttentionHead_DistantScores_EqualDefinition()
    {
        float[] query = [.. Enumerable.Repeat(300f, 16)];
        ushort[] keys = SelfCheckInputs.Halves(50 * 16, 43), values = SelfCheckInputs.Halves(50 * 16, 44);
        Same((kernels, output) => kernels.AttentionHead(query, keys, values, 1f, new float[50], output.AsSpan(0, 16)));
    }

    [Fact]
    public void Sample_EveryLength_EqualsDefinition()
    {
        for (int length = 1; length <= 60; length++)
        {
            float[] logits = SelfCheckInputs.Even(length, 60);
            for (uint position = 0; position < 20; position++)
            {
                GumbelNoise noise = new([.. Enumerable.Range(0, 32).Select(i => (byte)(i * length))], position);
                Assert.Equal(_scalar.Sample(logits, 0, 0.7f, noise), _vector.Sample(logits, 0, 0.7f, noise));
            }
        }
        Assert.Throws<ArgumentException>(() => _vector.Sample([], 0, 1f, default));
        Assert.Equal(2, _vector.Sample([0f, 0f, float.NaN], 0, 1f, default).Failure.Index);
    }

    [Fact]
    public void Widen_EveryFiniteHalf_IsExact()
    {
        for (int start = 0; start < 65_536; start += 8)
        {
            if ((start & 0x7C00) == 0x7C00)
                continue;
            ushort[] halves = [.. Enumerable.Range(start, 8).Select(i => (ushort)i)];
            Assert.Equal(halves.Select(h => BitConverter.SingleToUInt32Bits(Fp16.ToSingle(h))), Widen(halves));
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void EveryOperator_NonFiniteInput_ThrowsAsDefinition(float bad)
    {
        float[] x = SelfCheckInputs.Even(70, 50);
        x[41] = bad;
        foreach (IVectorKernels kernels in (IVectorKernels[])[_scalar, _vector])
        {
            Assert.Equal(41, Assert.Throws<NonFiniteException>(() => kernels.Quantize(x, new sbyte[96], new float[3], new int[3]).Require()).Index);
            Assert.Equal(41, Assert.Throws<NonFiniteException>(() => kernels.Residual(new float[70], x).Require()).Index);
            Assert.Equal("rmsNorm.sum", Assert.Throws<NonFiniteException>(() => kernels.RmsNorm(x, new float[70], 1e-5f, new float[70]).Require()).Operator);
            Assert.Equal(41, Assert.Throws<NonFiniteException>(() => kernels.SiluGate(new float[70], x, new float[70]).Require()).Index);
        }
    }

    private static unsafe uint[] Widen(ushort[] halves)
    {
        fixed (ushort* pointer = halves)
        {
            var wide = HalfVector.Widen(pointer);
            return [.. Enumerable.Range(0, 8).Select(i => BitConverter.SingleToUInt32Bits(System.Runtime.Intrinsics.Vector256.GetElement(wide, i)))];
        }
    }

    private void Same(Action<IVectorKernels, float[]> run)
    {
        float[] expected = new float[512], actual = new float[512];
        run(_scalar, expected);
        run(_vector, actual);
        Assert.Equal(expected.Select(BitConverter.SingleToUInt32Bits), actual.Select(BitConverter.SingleToUInt32Bits));
    }
}
