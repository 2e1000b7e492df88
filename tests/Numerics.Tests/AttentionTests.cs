namespace TeeTee.Numerics.Tests;

public class AttentionTests
{
    [Fact]
    public void Head_OnePosition_CopiesStoredValue()
    {
        ushort[] value = [0x3C01, 0x8001, 0x0000, 0x7BFF];
        float[] output = new float[4];
        Attention.Head([1, 2, 3, 4], new ushort[4], value, 0.5f, new float[1], output);
        Assert.Equal(value.Select(Fp16.ToSingle), output);
    }

    [Fact]
    public void Max_BothZeros_IsPositiveZeroInAnyOrder()
    {
        Assert.Equal(0u, BitConverter.SingleToUInt32Bits(Attention.Max([-0f, 0f])));
        Assert.Equal(0u, BitConverter.SingleToUInt32Bits(Attention.Max([0f, -0f])));
    }

    [Fact]
    public void Max_Mixed_IsLargest() => Assert.Equal(3f, Attention.Max([-5f, 3f, -0f, 2.9999f]));

    [Fact]
    public void Softmax_DistantScores_GetExactZero()
    {
        float[] scores = [0f, -100f];
        Attention.Softmax(scores);
        Assert.Equal([1f, 0f], scores);
    }

    [Fact]
    public void Head_RandomInputs_IsCloseToDouble()
    {
        Random random = new(9);
        const int Dimension = 24, Positions = 50;
        float[] query = [.. Enumerable.Range(0, Dimension).Select(_ => random.NextSingle() - 0.5f)];
        ushort[] keys = Halves(random, Positions * Dimension);
        ushort[] values = Halves(random, Positions * Dimension);
        float[] output = new float[Dimension];
        Attention.Head(query, keys, values, 0.2f, new float[Positions], output);
        double[] expected = Oracle(query, keys, values, 0.2f);
        for (int i = 0; i < Dimension; i++)
            Assert.InRange(output[i], expected[i] - 1e-6, expected[i] + 1e-6);
    }

    [Fact]
    public void Scores_Overflow_IsNonFinite() =>
        Assert.Equal("attention.score", Assert.Throws<NonFiniteException>(
            () => Attention.Scores([3e38f, 3e38f], [0x7BFF, 0x7BFF], 1f, new float[1])).Operator);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 1)]
    [InlineData(31, 7)]
    public void KvHeadOf_GroupedHeads_SharesInOrder(int head, int expected) => Assert.Equal(expected, Attention.KvHeadOf(head, 32, 8));

    private static ushort[] Halves(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => Fp16.FromSingle(random.NextSingle() * 4 - 2))];

    private static double[] Oracle(float[] query, ushort[] keys, ushort[] values, double scale)
    {
        int n = query.Length;
        double[] e = [.. Enumerable.Range(0, keys.Length / n)
            .Select(j => Math.Exp(scale * Enumerable.Range(0, n).Sum(i => (double)query[i] * Fp16.ToSingle(keys[j * n + i]))))];
        return [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, e.Length).Sum(j => e[j] * Fp16.ToSingle(values[j * n + i])) / e.Sum())];
    }
}
