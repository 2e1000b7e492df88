using TeeTee.Numerics.Operators;

namespace TeeTee.Numerics.Tests.Operators;

/// <summary>Outputs that are kept piece by piece are those of the whole operators.</summary>
public class OperatorOutputTests
{
    [Theory]
    [InlineData(1, 4)]
    [InlineData(16, 16)]
    [InlineData(32, 24)]
    [InlineData(33, 64)]
    [InlineData(100, 48)]
    public void Head_InChunks_IsAttentionOfTheWhole(int positions, int dimension)
    {
        Random random = new(positions);
        float[] query = Floats(random, dimension, 2f);
        ushort[] keys = Halves(random, positions * dimension), values = Halves(random, positions * dimension);
        float[] scratch = new float[positions], expected = new float[dimension];
        Attention.Head(query, keys, values, 0.25f, scratch, expected);

        HeadOutput head = HeadOutput.Of(query, keys, values, 0.25f);

        Assert.Equal(Bits(expected), Bits(head.Result.ToArray()));
        Assert.Equal(OperatorShapes.ChunksOf(positions - 1), head.Maxima.Length);
        Assert.Equal(head.Scores.Max(), head.Maxima[^1]);
    }

    [Fact]
    public void Head_ScoresOfNegativeZero_KeepItAsMaximum()
    {
        HeadOutput head = HeadOutput.Of([0f, 0f], new ushort[2 * 40], new ushort[2 * 40], -1f);
        Assert.All(head.Maxima, max => Assert.Equal(0x8000_0000, BitConverter.SingleToUInt32Bits(max)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1_024)]
    [InlineData(1_025)]
    [InlineData(4_200)]
    public void Norm_InChunks_HasTheWholeRoot(int length)
    {
        float[] x = Floats(new Random(length), length, 3f);

        NormOutput norm = NormOutput.Of(x, 1e-5f);

        Assert.Equal(RmsNorm.InverseRoot(LaneSum.Dot(x, x), length, 1e-5f), norm.R);
        Assert.Equal(16 * OperatorShapes.PartsOf(length, 1_024), norm.Lanes.Length);
    }

    [Fact]
    public void Norm_SumThatOverflows_IsRefused() =>
        Assert.Throws<NonFiniteException>(() => NormOutput.Of(Enumerable.Repeat(1e20f, 64).ToArray(), 1e-5f));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Winner_OverSegments_IsTheTokenPick(bool isGreedy)
    {
        Random random = new(3);
        byte[] seed = new byte[32];
        random.NextBytes(seed);
        for (uint position = 0; position < 20; position++)
        {
            float[] logits = Floats(random, 1_000, 4f);
            logits[700] = logits[12] = 5f;
            GumbelNoise noise = new(seed, position);
            uint expected = isGreedy ? TokenPick.Greedy(logits) : TokenPick.Sample(logits, 1.5f, noise);
            Assert.Equal(expected, SegmentBest.Winner(SegmentBest.Of(logits, 256, isGreedy ? null : 1.5f, noise)));
        }
    }

    [Fact]
    public void Beats_SignedZeros_GoesToTheLowerId()
    {
        Assert.True(new SegmentBest(-0f, 1).Beats(new SegmentBest(0f, 2)));
        Assert.False(new SegmentBest(0f, 2).Beats(new SegmentBest(-0f, 1)));
        Assert.False(new SegmentBest(float.NaN, 0).Beats(new SegmentBest(0f, 2)));
    }

    [Theory]
    [InlineData(2_048, 1, 4_096)]
    [InlineData(8_192, 1, 4_096)]
    [InlineData(8_193, 2, 2_048)]
    [InlineData(28_672, 4, 1_024)]
    [InlineData(24_576, 3, 1_280)]
    [InlineData(131_072, 16, 256)]
    [InlineData(131_073, 17, 0)]
    public void MatrixSegment_ByColumns_HoldsWholePages(int columns, int planes, int rows)
    {
        Assert.Equal(planes, OperatorShapes.PlanesOf(columns));
        Assert.Equal(rows, OperatorShapes.MatrixSegment(columns));
    }

    private static float[] Floats(Random random, int count, float scale) =>
        [.. Enumerable.Range(0, count).Select(_ => (random.NextSingle() - 0.5f) * 2 * scale)];

    private static ushort[] Halves(Random random, int count) => [.. Floats(random, count, 3f).Select((value, i) => Fp16.FromSingle(value, i))];

    private static IEnumerable<uint> Bits(float[] values) => values.Select(BitConverter.SingleToUInt32Bits);
}
