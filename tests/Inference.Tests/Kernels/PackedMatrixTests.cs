using TeeTee.Inference.Kernels;
using TeeTee.Numerics;
using static TeeTee.Inference.Tests.Kernels.KernelCases;

namespace TeeTee.Inference.Tests.Kernels;

public unsafe class PackedMatrixTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(37, 3)]
    [InlineData(48, 64)]
    public void CopyRow_EveryRowAndPacking_IsTheSource(int rows, int blocks)
    {
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            byte[] weights = Weights(packing, rows * blocks);
            using PackedMatrix matrix = new(weights, rows, blocks);
            Assert.Equal(packing, matrix.Packing);
            byte[] row = new byte[blocks * MatrixVector.BlockBytes];
            for (int i = 0; i < rows; i++)
            {
                matrix.CopyRow(i, row);
                Assert.Equal(Row(weights, i, blocks).ToArray(), row);
            }
        }
    }

    [Fact]
    public void DequantizeRow_EveryRowAndPacking_IsTheEmbedding()
    {
        const int Rows = 37, Columns = 72;
        int blocks = BlockQuantizer.BlocksOf(Columns);
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            byte[] weights = Weights(packing, Rows * blocks);
            using PackedMatrix matrix = new(weights, Rows, blocks);
            float[] actual = new float[Columns], expected = new float[Columns];
            for (int row = 0; row < Rows; row++)
            {
                matrix.DequantizeRow(row, actual);
                Embedding.Dequantize(Row(weights, row, blocks), expected);
                Assert.Equal(Bits(expected), Bits(actual));
            }
        }
    }

    // Every single quant that does not fit four bits must keep the whole matrix at eight.
    [Fact]
    public void Choose_OneQuantOutside_IsQ8()
    {
        byte[] weights = Weights(WeightPacking.Q4, 6);
        Assert.Equal(WeightPacking.Q4, PackedMatrix.Choose(weights));
        for (int i = 0; i < weights.Length; i++)
        {
            if (i % MatrixVector.BlockBytes < 2)
                continue;
            byte kept = weights[i];
            foreach (sbyte quant in (sbyte[])[-9, 8, -128, 127])
            {
                weights[i] = (byte)quant;
                Assert.Equal(WeightPacking.Q8, PackedMatrix.Choose(weights));
            }
            weights[i] = kept;
        }
    }

    [Fact]
    public void PackTile_QuantOutsideOfFourBits_Throws()
    {
        byte[] weights = Weights(WeightPacking.Q4, 16);
        using PackedMatrix matrix = new(WeightPacking.Q4, 16, 1);
        matrix.PackTile(0, weights);
        weights[^1] = 8;
        Assert.Throws<ArgumentException>(() => matrix.PackTile(0, weights));
    }

    [Fact]
    public void PackTile_PreparedMemory_HoldsTheBytesOfAnOwnedMatrix()
    {
        const int Rows = 21, Blocks = 2;
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            byte[] weights = Weights(packing, Rows * Blocks);
            using PackedMatrix owned = new(weights, Rows, Blocks);
            using NativeBuffer<byte> memory = new(PackedMatrix.ByteLength(packing, Rows, Blocks));
            using PackedMatrix prepared = new(packing, Rows, Blocks, memory.Pointer);
            prepared.PackTile(1, weights.AsSpan(16 * Blocks * 34));
            prepared.PackTile(0, weights.AsSpan(0, 16 * Blocks * 34));
            Assert.Equal(owned.Slice(0, (int)owned.Bytes).ToArray(), memory.Slice(0, (int)memory.Length).ToArray());
        }
    }

    // Files hold these bytes: whoever changes them has to change LayoutVersion.
    [Fact]
    public void Slice_LayoutVersion1_HasEveryQuantAndScaleInItsPlace()
    {
        const int Blocks = 3;
        Assert.Equal(1, PackedMatrix.LayoutVersion);
        byte[] wide = Weights(WeightPacking.Q8, 16 * Blocks), narrow = Weights(WeightPacking.Q4, 16 * Blocks);
        using PackedMatrix bytes = new(wide, 16, Blocks), nibbles = new(narrow, 16, Blocks);
        Assert.Equal((544, 288), (bytes.TileBytes / Blocks, nibbles.TileBytes / Blocks));
        for (int i = 0; i < 16 * Blocks * 32; i++)
        {
            (int row, int block, int column) = (i / (Blocks * 32), i / 32 % Blocks, i % 32);
            int source = (row * Blocks + block) * 34;
            Assert.Equal((byte)(wide[source + 2 + column] + 128), bytes.Slice(block * 544 + column / 4 * 64 + row * 4 + column % 4, 1)[0]);
            int both = nibbles.Slice(block * 288 + column % 16 / 4 * 64 + row * 4 + column % 4, 1)[0];
            Assert.Equal((sbyte)narrow[source + 2 + column] + 8, column < 16 ? both & 15 : both >> 4);
            Assert.Equal(wide.AsSpan(source, 2).ToArray(), bytes.Slice(block * 544 + 512 + row * 2, 2).ToArray());
            Assert.Equal(narrow.AsSpan(source, 2).ToArray(), nibbles.Slice(block * 288 + 256 + row * 2, 2).ToArray());
        }
    }

    [Fact]
    public void Pack_RowsPastTheEnd_AreZero()
    {
        byte* row = stackalloc byte[MatrixVector.BlockBytes];
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            using PackedMatrix matrix = new(Weights(packing, 3), 3, 1);
            for (int i = 3; i < TileLayout.Rows; i++)
            {
                TilePacker.Unpack(packing, matrix.Tile(0), i, 1, row);
                Assert.Equal(new byte[MatrixVector.BlockBytes], new ReadOnlySpan<byte>(row, MatrixVector.BlockBytes).ToArray());
            }
        }
    }

    [Fact]
    public void Members_WhatDoesNotFit_Throw()
    {
        PackedMatrix matrix = new(Weights(WeightPacking.Q8, 2 * 3), 3, 2);
        Assert.Throws<ArgumentException>(() => new PackedMatrix(new byte[33], 1, 1));
        Assert.Throws<ArgumentException>(() => PackedMatrix.Choose(new byte[35]));
        Assert.Throws<ArgumentException>(() => matrix.PackTile(0, new byte[16 * 68]));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.PackTile(1, new byte[3 * 68]));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Slice(1, 2 * 544));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.CopyRow(3, new byte[68]));
        Assert.Throws<ArgumentException>(() => matrix.CopyRow(0, new byte[67]));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.DequantizeRow(-1, new float[64]));
        Assert.Throws<ArgumentException>(() => matrix.DequantizeRow(0, new float[65]));
        matrix.Dispose();
        Assert.Throws<ObjectDisposedException>(() => matrix.CopyRow(0, new byte[68]));
        Assert.Throws<ObjectDisposedException>(() => matrix.Slice(0, 1));
    }
}
