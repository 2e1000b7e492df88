using System.Buffers;
using System.Buffers.Binary;
using TeeTee.Inference.Gguf;
using TeeTee.Numerics;

namespace TeeTee.Inference.HuggingFace;

/// <summary>Reads rows of one checkpoint tensor and encodes them for GGUF. Safe from several threads.</summary>
internal sealed class RowConverter(SafetensorsFile file, SafetensorsTensor source, TensorPlan plan)
{
    /// <summary>Fills whole rows of the written tensor.</summary>
    /// <exception cref="HuggingFaceException">An element is not finite or too large for the type.</exception>
    public void Fill(GgufTensor tensor, long firstRow, Span<byte> destination)
    {
        int sourceBytes = plan.Columns * source.ElementBytes;
        byte[] bytes = ArrayPool<byte>.Shared.Rent(sourceBytes);
        float[] elements = ArrayPool<float>.Shared.Rent(plan.Columns);
        Span<float> row = elements.AsSpan(0, plan.Columns);
        int rowBytes = (int)tensor.RowBytes;
        for (int i = 0; i < destination.Length / rowBytes; i++)
        {
            file.Read(source, SourceRow(firstRow + i) * sourceBytes, bytes.AsSpan(0, sourceBytes));
            Widen(bytes.AsSpan(0, sourceBytes), row);
            if (!TryEncode(tensor.Type, row, destination.Slice(i * rowBytes, rowBytes)))
                throw new HuggingFaceException(file.Name, HuggingFaceStage.TensorData,
                    $"tensor {source.Name}, row {SourceRow(firstRow + i)}: an element is not finite or too large for {tensor.Type}");
        }
        ArrayPool<byte>.Shared.Return(bytes);
        ArrayPool<float>.Shared.Return(elements);
    }

    /// <summary>Row 2i of a head comes from its first half, row 2i + 1 from the second.</summary>
    private long SourceRow(long row)
    {
        if (plan.Heads == 0)
            return row;
        int length = plan.Rows!.Value / plan.Heads;
        (long head, int at) = (row / length, (int)(row % length));
        return head * length + at / 2 + (at % 2 == 0 ? 0 : length / 2);
    }

    private void Widen(ReadOnlySpan<byte> bytes, Span<float> row)
    {
        switch (source.Type)
        {
            case SafetensorsType.F32:
                for (int i = 0; i < row.Length; i++)
                    row[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * 4)..]);
                break;
            case SafetensorsType.F16:
                for (int i = 0; i < row.Length; i++)
                    row[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(bytes[(i * 2)..]);
                break;
            default:
                for (int i = 0; i < row.Length; i++)
                    row[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(i * 2)..]) << 16);
                break;
        }
    }

    private static bool TryEncode(GgufType type, ReadOnlySpan<float> row, Span<byte> destination)
    {
        bool finite = true;
        switch (type)
        {
            case GgufType.Q8_0:
                return ImportQuantizer.TryQuantizeRow(row, destination);
            case GgufType.F32:
                for (int i = 0; i < row.Length; i++)
                {
                    finite &= float.IsFinite(row[i]);
                    BinaryPrimitives.WriteSingleLittleEndian(destination[(i * 4)..], row[i]);
                }
                return finite;
            case GgufType.F16:
                for (int i = 0; i < row.Length; i++)
                {
                    Half half = (Half)row[i];
                    finite &= Half.IsFinite(half);
                    BinaryPrimitives.WriteHalfLittleEndian(destination[(i * 2)..], half);
                }
                return finite;
            default:
                for (int i = 0; i < row.Length; i++)
                {
                    ushort half = ToBFloat16(row[i]);
                    finite &= (half & 0x7F80) != 0x7F80;
                    BinaryPrimitives.WriteUInt16LittleEndian(destination[(i * 2)..], half);
                }
                return finite;
        }
    }

    /// <summary>Rounds to nearest, halves to even; what overflows becomes an infinity, a NaN stays one.</summary>
    private static ushort ToBFloat16(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsNaN(value) ? (ushort)0x7FC0 : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}
