using System.Buffers.Binary;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Models;

public class TensorConverterTests
{
    private const string Tensor = "blk.0.ffn_gate.weight";
    private const int Rows = 32;

    public static TheoryData<GgufType> Types =>
    [
        GgufType.F32, GgufType.F16, GgufType.BF16, GgufType.Q4_0, GgufType.Q4_1, GgufType.Q5_0, GgufType.Q5_1, GgufType.Q8_0,
        GgufType.Q2_K, GgufType.Q3_K, GgufType.Q4_K, GgufType.Q5_K, GgufType.Q6_K,
    ];

    /// <summary>Any bytes at all: either the rows are whole canonical blocks, or the refusal names tensor and row.</summary>
    [Theory]
    [MemberData(nameof(Types))]
    public void GetTensor_AnyBytes_AreConvertedOrRefusedByTensorAndRow(GgufType type)
    {
        Random random = new((int)type);
        (int converted, int refused) = (0, 0);
        byte[] file = Build(type, new byte[TensorBytes(type)]);
        using GgufFile parsed = GgufFile.Parse(file);
        Span<byte> data = file.AsSpan((int)parsed.GetTensor(Tensor).Offset, TensorBytes(type));
        using CanonicalModel model = CanonicalModel.Import(parsed);
        for (int run = 0; run < 120; run++)
        {
            random.NextBytes(data);
            // Of random halves and floats one in 32 (or 256) is not finite: some files must be free of them.
            if (run % 2 == 0)
                data.Replace((byte)0xFF, (byte)0x3F);
            if (run % 4 == 0)
                ClearTopBits(data);
            try
            {
                CanonicalTensor tensor = model.GetTensor(TensorRole.FeedForwardGate, 0);
                Assert.True(ImportQuantizer.HasFiniteScales(tensor.Data.Span));
                converted++;
            }
            catch (ModelException refusal)
            {
                Assert.Matches($"^{Tensor} row [0-9]+ has ", refusal.Message);
                refused++;
            }
        }
        Assert.True(converted > 10, $"{converted} converted");
        Assert.True(refused > 10, $"{refused} refused");
    }

    [Theory]
    [InlineData(GgufType.Q4_0, 0)]
    [InlineData(GgufType.Q8_0, 0)]
    [InlineData(GgufType.Q5_1, 2)]
    [InlineData(GgufType.Q4_K, 2)]
    [InlineData(GgufType.Q6_K, 208)]
    public void GetTensor_ScaleThatIsNotFinite_NamesItsRow(GgufType type, int at)
    {
        byte[] data = new byte[TensorBytes(type)];
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(TensorBytes(type) / Rows * 13 + at), 0x7C00);
        using CanonicalModel model = Import(type, data);

        Assert.StartsWith($"{Tensor} row 13 ", Assert.Throws<ModelException>(() => model.GetTensor(TensorRole.FeedForwardGate, 0)).Message);
    }

    [Fact]
    public void GetTensor_EveryHalf_IsWidenedExactly()
    {
        byte[] data = new byte[256 * 256 * 2];
        for (int i = 0; i < 256 * 256; i++)
            BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(i * 2), (ushort)((i & 0x7C00) == 0x7C00 ? 0 : i));
        using CanonicalModel model = Import(GgufType.F16, data, rows: 256);

        CanonicalTensor tensor = model.GetTensor(TensorRole.FeedForwardGate, 0);

        for (int row = 0; row < 256; row++)
        {
            float[] values = [.. Enumerable.Range(row * 256, 256).Select(i => (float)BinaryPrimitives.ReadHalfLittleEndian(data.AsSpan(i * 2)))];
            byte[] expected = new byte[tensor.RowBytes];
            Assert.True(ImportQuantizer.TryQuantizeRow(values, expected));
            Assert.Equal(expected, tensor.Row(row).ToArray());
        }
    }

    [Theory]
    [InlineData(0x7C00)]
    [InlineData(0xFC00)]
    [InlineData(0x7E00)]
    [InlineData(0x7C01)]
    public void GetTensor_HalfThatIsNotFinite_IsRefused(int half)
    {
        byte[] data = new byte[Rows * 256 * 2];
        BinaryPrimitives.WriteUInt16LittleEndian(data.AsSpan(7 * 512 + 18), (ushort)half);
        using CanonicalModel model = Import(GgufType.F16, data);

        Assert.StartsWith($"{Tensor} row 7 ", Assert.Throws<ModelException>(() => model.GetTensor(TensorRole.FeedForwardGate, 0)).Message);
    }

    [Theory]
    [InlineData(15, "Q8_K")]
    [InlineData(16, "16")]
    [InlineData(39, "39")]
    [InlineData(24, "I8")]
    public void Import_TypeThatIsNotImported_IsRefusedByNameOrNumber(uint type, string named)
    {
        byte[] bytes = Build((GgufType)type, new byte[Rows * 292]);

        Assert.Contains($"{Tensor} has type {named};", Assert.Throws<ModelException>(() => CanonicalModel.Import(GgufFile.Parse(bytes))).Message);
    }

    [Fact]
    public void Import_NormInBlocks_IsRefused()
    {
        SyntheticModel synthetic = new() { NormType = GgufType.Q8_0 };

        Assert.Contains("vectors in F32, F16 and BF16", Assert.Throws<ModelException>(synthetic.Import).Message);
    }

    private static int TensorBytes(GgufType type)
    {
        Assert.True(GgufTypes.TryGetBlock(type, out int elements, out int bytes));
        return Rows * 256 / elements * bytes;
    }

    private static void ClearTopBits(Span<byte> data)
    {
        for (int i = 0; i < data.Length; i++)
            data[i] &= 0x3B;
    }

    private static CanonicalModel Import(GgufType type, byte[] data, int rows = Rows) => CanonicalModel.Import(GgufFile.Parse(Build(type, data, rows)));

    private static byte[] Build(GgufType type, byte[] data, int rows = Rows)
    {
        SyntheticModel synthetic = new() { Embedding = 256, FeedForward = rows, Layers = 1, Vocabulary = 260, Context = 8, Altered = (Tensor, type) };
        return (synthetic with { Alter = (name, original) => name == Tensor ? data : original }).Build();
    }
}
