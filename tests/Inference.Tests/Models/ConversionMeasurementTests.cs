using System.Buffers.Binary;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;

namespace TeeTee.Inference.Tests.Models;

public class ConversionMeasurementTests
{
    private static readonly SyntheticModel s_model = new() { Embedding = 64, FeedForward = 100, Layers = 2 };

    [Fact]
    public void Run_MixedFile_CountsEveryTensorOnce()
    {
        using CanonicalModel model = s_model.Import();

        IReadOnlyList<TensorConversion> conversions = model.MeasureConversion(null, CancellationToken.None);

        Assert.Equal(
            [(GgufType.Q8_0, CanonicalType.Q8_0, 14), (GgufType.F32, CanonicalType.F32, 5), (GgufType.F16, CanonicalType.Q8_0, 2)],
            conversions.Select(c => (c.Type, c.Canonical, c.Tensors)));
        Assert.Equal(2 * 64 * 100 * 2, conversions[2].FileBytes);
        Assert.Equal(2 * 64 * 4 * 34, conversions[2].CanonicalBytes);
        Assert.Equal(2 * 64 * 100, conversions[2].Elements);
        Assert.Equal([true, true, false], conversions.Select(c => c.IsExact));
        Assert.Equal([0.0, 0.0], conversions.Take(2).Select(c => c.RelativeError));
    }

    [Theory]
    [InlineData(GgufType.F32)]
    [InlineData(GgufType.BF16)]
    public void Run_RoundedTensors_GivesTheErrorOfTheDefinition(GgufType type)
    {
        SyntheticModel synthetic = s_model with { MatrixType = type };
        using CanonicalModel model = synthetic.Import();
        using GgufFile file = GgufFile.Parse(synthetic.Build());
        (double error, double power) = (0, 0);
        foreach ((TensorRole role, int layer) in TensorCatalog.All(model.Config).Where(item => !item.Role.IsRopeTable() && item.Role.CanonicalType() == CanonicalType.Q8_0))
        {
            GgufTensor tensor = file.GetTensor(role.GgufName(layer));
            byte[] data = new byte[tensor.ByteLength];
            file.ReadRows(tensor, 0, data);
            CanonicalTensor canonical = model.GetTensor(role, layer);
            for (int i = 0; i < tensor.Rows * tensor.Columns; i++)
            {
                double x = type == GgufType.F32
                    ? BinaryPrimitives.ReadSingleLittleEndian(data.AsSpan(i * 4))
                    : BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(data.AsSpan(i * 2)) << 16);
                (int row, int column) = Math.DivRem(i, canonical.Columns);
                ReadOnlySpan<byte> block = canonical.Row(row).Slice(column / 32 * 34, 34);
                double kept = (double)BinaryPrimitives.ReadHalfLittleEndian(block) * (sbyte)block[2 + column % 32];
                (error, power) = (error + (kept - x) * (kept - x), power + x * x);
            }
        }

        TensorConversion measured = model.MeasureConversion(null, CancellationToken.None).Single(c => c.Type == type && c.Canonical == CanonicalType.Q8_0);

        Assert.InRange(measured.RelativeError, 0.003, 0.01);
        Assert.Equal(Math.Sqrt(error / power), measured.RelativeError, measured.RelativeError * 1e-6);
    }
}
