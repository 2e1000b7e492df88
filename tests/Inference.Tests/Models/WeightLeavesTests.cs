using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Models;

/// <summary>Batches of rows and packed tiles against the leaf hash of each page, put together one by one.</summary>
public sealed class WeightLeavesTests
{
    public static TheoryData<int, int> Shapes => new()
    {
        { 1, 32 }, { 5, 64 }, { 16, 96 }, { 37, 40 }, { 20, 2048 }, { 3, 8192 }, { 18, 8192 + 64 }, { 2, (3 * 8192) - 32 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void HashRows_Q8_EqualsLeafData(int rows, int columns) => CheckRows(Tensor(TensorRole.FeedForwardDown, rows, columns, narrow: false));

    [Theory]
    [InlineData(1, 64)]
    [InlineData(1, 2048)]
    [InlineData(1, 5000)]
    [InlineData(20, 32)]
    [InlineData(3, 600)]
    public void HashRows_F32_EqualsLeafData(int rows, int columns) => CheckRows(Tensor(TensorRole.AttentionNorm, rows, columns, narrow: false));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void HashTile_EitherPacking_EqualsLeafData(int rows, int columns)
    {
        CanonicalTensor tensor = Tensor(TensorRole.FeedForwardDown, rows, columns, narrow: true);
        TensorPlace place = new(tensor.Role, tensor.Layer, rows, columns, 0);
        Bytes32[] expected = Expected(tensor);
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            using PackedMatrix matrix = Pack(tensor, packing);
            for (int tile = 0; tile < matrix.Tiles; tile++)
            {
                Bytes32[] leaves = new Bytes32[matrix.RowsOf(tile) * place.PagesPerRow];
                Assert.True(WeightLeaves.HashTile(place, packing, matrix.Slice((long)tile * matrix.TileBytes, matrix.TileBytes), tile, leaves));
                Assert.Equal(expected.AsSpan(tile * TileLayout.Rows * place.PagesPerRow, leaves.Length).ToArray(), leaves);
            }
        }
    }

    [Fact]
    public void HashTile_AnyQuants_EqualsLeafData()
    {
        CanonicalTensor tensor = Tensor(TensorRole.FeedForwardDown, 16, 256, narrow: false);
        using PackedMatrix matrix = Pack(tensor, WeightPacking.Q8);
        Bytes32[] leaves = new Bytes32[16];
        TensorPlace place = new(tensor.Role, tensor.Layer, 16, 256, 0);
        Assert.True(WeightLeaves.HashTile(place, WeightPacking.Q8, matrix.Slice(0, matrix.TileBytes), 0, leaves));
        Assert.Equal(Expected(tensor), leaves);

        matrix.Slice(0, matrix.TileBytes)[700] ^= 1;
        WeightLeaves.HashTile(place, WeightPacking.Q8, matrix.Slice(0, matrix.TileBytes), 0, leaves);
        Assert.Single(leaves.Zip(Expected(tensor)), pair => pair.First != pair.Second);
    }

    [Theory]
    [InlineData(0x7C00)]
    [InlineData(0xFC00)]
    [InlineData(0x7E01)]
    public void HashTile_ScaleNotFinite_IsTold(int scale)
    {
        CanonicalTensor tensor = Tensor(TensorRole.FeedForwardDown, 16, 96, narrow: true);
        TensorPlace place = new(tensor.Role, tensor.Layer, 16, 96, 0);
        foreach (WeightPacking packing in Enum.GetValues<WeightPacking>())
        {
            using PackedMatrix matrix = Pack(tensor, packing);
            Span<byte> tile = matrix.Slice(0, matrix.TileBytes);
            int last = tile.Length - sizeof(ushort);
            BitConverter.TryWriteBytes(tile[last..], (ushort)scale);
            Assert.False(WeightLeaves.HashTile(place, packing, tile, 0, new Bytes32[16]));
        }
    }

    [Fact]
    public void Hash_WrongSizes_AreRefused()
    {
        TensorPlace place = new(TensorRole.FeedForwardDown, 0, 20, 64, 0);
        Assert.Throws<ArgumentException>(() => WeightPage.HashRows(place, 0, new byte[2 * 68], new Bytes32[3]));
        Assert.Throws<ArgumentException>(() => WeightLeaves.HashTile(place, WeightPacking.Q8, new byte[2 * 544], 1, new Bytes32[16]));
        Assert.Throws<ArgumentException>(() => WeightLeaves.HashTile(place, WeightPacking.Q8, new byte[544], 0, new Bytes32[16]));
    }

    private static void CheckRows(CanonicalTensor tensor)
    {
        TensorPlace place = new(tensor.Role, tensor.Layer, tensor.Rows, tensor.Columns, 0);
        Bytes32[] expected = Expected(tensor);
        for (int first = 0, count; first < tensor.Rows; first += count)
        {
            count = Math.Min(17, tensor.Rows - first);
            Bytes32[] leaves = new Bytes32[count * place.PagesPerRow];
            WeightPage.HashRows(place, first, tensor.Data.Span.Slice(first * place.RowBytes, count * place.RowBytes), leaves);
            Assert.Equal(expected.AsSpan(first * place.PagesPerRow, leaves.Length).ToArray(), leaves);
        }
    }

    private static Bytes32[] Expected(CanonicalTensor tensor) =>
    [
        .. from row in Enumerable.Range(0, tensor.Rows)
           from page in Enumerable.Range(0, WeightPage.CountPerRow(tensor))
           select Sha256Merkle.Leaf(WeightPage.LeafData(tensor, row, page)),
    ];

    private static PackedMatrix Pack(CanonicalTensor tensor, WeightPacking packing)
    {
        PackedMatrix matrix = new(packing, tensor.Rows, tensor.PaddedColumns / CanonicalTensor.BlockColumns);
        for (int tile = 0; tile < matrix.Tiles; tile++)
            matrix.PackTile(tile, tensor.Data.Span.Slice(tile * TileLayout.Rows * tensor.RowBytes, matrix.RowsOf(tile) * tensor.RowBytes));
        return matrix;
    }

    /// <summary>Any bytes; of Q8_0 with finite scales, and quants of four bits where they are to be narrow.</summary>
    private static CanonicalTensor Tensor(TensorRole role, int rows, int columns, bool narrow)
    {
        CanonicalType type = role.CanonicalType();
        byte[] data = new byte[rows * CanonicalTensor.BytesPerRow(type, columns)];
        new Random(rows + columns).NextBytes(data);
        for (int i = 0; type == CanonicalType.Q8_0 && i < data.Length; i++)
        {
            int place = i % CanonicalTensor.BlockBytes;
            if (place == 1)
                data[i] &= 0xBB;
            else if (place > 1 && narrow)
                data[i] = (byte)((data[i] & 15) - 8);
        }
        return new CanonicalTensor(role, 1, type, rows, columns, data);
    }
}
