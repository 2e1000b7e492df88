using System.Buffers.Binary;

namespace TeeTee.Numerics.Tests;

public class ImportQuantizerTests
{
    [Fact]
    public void TryQuantizeRow_HalvesOfAStep_RoundAwayFromZero()
    {
        float[] row = [127f, 0.5f, -0.5f, 1.5f, -2.5f, 0.49999997f, -126.5f, 3f];
        sbyte[] expected = [127, 1, -1, 2, -3, 0, -127, 3];
        byte[] block = Quantize(row);
        Assert.Equal((Half)1f, BinaryPrimitives.ReadHalfLittleEndian(block));
        Assert.Equal(expected, block[2..10].Select(static value => (sbyte)value));
        Assert.All(block[10..], static value => Assert.Equal(0, value));
    }

    [Fact]
    public void TryQuantizeRow_ScaleBelowHalfOfTheLeastHalf_GivesPositiveZeros()
    {
        Assert.All(Quantize([-1e-7f, 3e-8f]), static value => Assert.Equal(0, value));
        Assert.All(Quantize([-0f]), static value => Assert.Equal(0, value));
        Assert.NotEqual(0, Quantize([127 * 6e-8f])[0]);
    }

    [Theory]
    [InlineData(float.NaN, false)]
    [InlineData(float.PositiveInfinity, false)]
    [InlineData(float.NegativeInfinity, false)]
    [InlineData(127f * 65520f, false)]
    [InlineData(127f * 65519f, true)]
    public void TryQuantizeRow_NoFiniteScale_IsRefused(float element, bool accepted)
    {
        for (int columns = 1; columns <= 32; columns++)
        {
            float[] row = new float[columns];
            row[^1] = element;
            Assert.Equal(accepted, ImportQuantizer.TryQuantizeRow(row, new byte[34]));
        }
    }

    [Fact]
    public void TryQuantizeRow_RandomRows_MatchTheDefinitionInDecimal()
    {
        Random random = new(5);
        for (int run = 0; run < 2_000; run++)
        {
            float scale = MathF.ScaleB(1f, random.Next(-20, 12));
            float[] row = [.. Enumerable.Range(0, random.Next(1, 33)).Select(_ => scale * (random.NextSingle() * 2 - 1))];
            byte[] block = Quantize(row);
            float d = row.Max(MathF.Abs) / 127f;
            Assert.Equal((Half)d, BinaryPrimitives.ReadHalfLittleEndian(block));
            float inverse = 1f / d;
            for (int i = 0; i < row.Length && block[0] + block[1] != 0; i++)
            {
                decimal product = (decimal)(double)(row[i] * inverse);
                Assert.Equal(Math.Round(product, MidpointRounding.AwayFromZero), (sbyte)block[2 + i]);
            }
        }
    }

    [Fact]
    public void TryQuantizeRow_FullBlock_HasTheBitsOfItsHalves()
    {
        Random random = new(6);
        for (int run = 0; run < 2_000; run++)
        {
            // The greatest element in both halves: the scale of a half is then that of the block.
            float[] row = [.. Enumerable.Range(0, 32).Select(_ => random.Next(-254, 255) / 2f)];
            (row[random.Next(16)], row[16 + random.Next(16)]) = (random.Next(2) == 0 ? 127f : -127f, 127f);
            float scale = run % 2 == 0 ? 1f : MathF.ScaleB(1f + random.NextSingle(), random.Next(-20, 8));
            row = [.. row.Select(x => x * scale)];

            byte[] full = Quantize(row);

            Assert.Equal(Quantize(row[..16])[..18], full[..18]);
            Assert.Equal(Quantize(row[16..])[2..18], full[18..]);
        }
    }

    [Fact]
    public void TryQuantizeRow_SeveralBlocks_AreQuantizedApart()
    {
        float[] row = [.. Enumerable.Range(0, 70).Select(static i => i < 32 ? 1f : i < 64 ? 100f : -3f)];
        byte[] all = Quantize(row);
        Assert.Equal(102, all.Length);
        Assert.Equal(Quantize(row[..32]), all[..34]);
        Assert.Equal(Quantize(row[32..64]), all[34..68]);
        Assert.Equal(Quantize(row[64..]), all[68..]);
    }

    [Fact]
    public void TryQuantizeRow_WrongRoom_Throws() =>
        Assert.Throws<ArgumentException>(() => ImportQuantizer.TryQuantizeRow(new float[33], new byte[34]));

    [Theory]
    [InlineData(0x7BFF, true)]
    [InlineData(0xFBFF, true)]
    [InlineData(0x7C00, false)]
    [InlineData(0xFC00, false)]
    [InlineData(0x7E01, false)]
    public void HasFiniteScales_OneBlockOfThree_Decides(int bits, bool finite)
    {
        byte[] blocks = new byte[102];
        BinaryPrimitives.WriteUInt16LittleEndian(blocks.AsSpan(34), (ushort)bits);
        blocks[90] = 0x7C;
        Assert.Equal(finite, ImportQuantizer.HasFiniteScales(blocks));
    }

    private static byte[] Quantize(float[] row)
    {
        byte[] block = new byte[(row.Length + 31) / 32 * 34];
        Assert.True(ImportQuantizer.TryQuantizeRow(row, block));
        return block;
    }
}
