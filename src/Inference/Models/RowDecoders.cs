using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using TeeTee.Inference.Gguf;
using TeeTee.Numerics;

namespace TeeTee.Inference.Models;

/// <summary>Makes numbers of one row in a file's encoding.</summary>
internal delegate void RowDecoder(ReadOnlySpan<byte> source, Span<float> row);

/// <summary>Makes Q8_0 blocks of one row whose type is a Q8_0 with fewer values, without rounding.</summary>
internal delegate void ExactDecoder(ReadOnlySpan<byte> source, Span<byte> blocks);

/// <summary>The types that can be imported and how their rows are read.</summary>
internal static class RowDecoders
{
    private const int Q8Bytes = ImportQuantizer.BlockBytes;

    private delegate void BlockDecoder(ReadOnlySpan<byte> block, Span<float> elements);

    private delegate void BlockRepacker(ReadOnlySpan<byte> block, Span<byte> q8);

    private static readonly Dictionary<GgufType, ExactDecoder> s_exact = new()
    {
        [GgufType.Q4_0] = static (source, blocks) => ForEachBlock(source, 18, blocks, PackedBlocks.Q4ToQ8),
        [GgufType.Q5_0] = static (source, blocks) => ForEachBlock(source, 22, blocks, PackedBlocks.Q5ToQ8),
    };

    private static readonly Dictionary<GgufType, RowDecoder> s_decoders = new()
    {
        [GgufType.F32] = F32,
        [GgufType.F16] = F16,
        [GgufType.BF16] = BF16,
        [GgufType.Q4_0] = static (source, row) => ThroughQ8(s_exact[GgufType.Q4_0], source, row),
        [GgufType.Q4_1] = Blocks(GgufType.Q4_1, PackedBlocks.Q4WithMinimum),
        [GgufType.Q5_0] = static (source, row) => ThroughQ8(s_exact[GgufType.Q5_0], source, row),
        [GgufType.Q5_1] = Blocks(GgufType.Q5_1, PackedBlocks.Q5WithMinimum),
        [GgufType.Q8_0] = Embedding.Dequantize,
        [GgufType.Q2_K] = Blocks(GgufType.Q2_K, PackedBlocks.Q2K),
        [GgufType.Q3_K] = Blocks(GgufType.Q3_K, PackedBlocks.Q3K),
        [GgufType.Q4_K] = Blocks(GgufType.Q4_K, PackedBlocks.Q4K),
        [GgufType.Q5_K] = Blocks(GgufType.Q5_K, PackedBlocks.Q5K),
        [GgufType.Q6_K] = Blocks(GgufType.Q6_K, PackedBlocks.Q6K),
    };

    /// <summary>True for the types of matrices; vectors can be F32, F16 and BF16 only.</summary>
    public static bool IsImportable(GgufType type, bool matrix) =>
        matrix ? s_decoders.ContainsKey(type) : type is GgufType.F32 or GgufType.F16 or GgufType.BF16;

    /// <summary>True where the canonical form of a matrix holds the very numbers of the file.</summary>
    public static bool IsExact(GgufType type) => type == GgufType.Q8_0 || s_exact.ContainsKey(type);

    /// <summary>What the importable types are called, for messages.</summary>
    public static string Names { get; } = string.Join(", ", s_decoders.Keys);

    /// <summary>The decoder of a tensor's type.</summary>
    /// <exception cref="ModelException">The type cannot be imported.</exception>
    public static RowDecoder Of(GgufTensor tensor) => s_decoders.TryGetValue(tensor.Type, out RowDecoder? decoder)
        ? decoder
        : throw new ModelException($"{tensor.Name} has type {tensor.Type}; version 1 imports {Names}.");

    /// <summary>The exact way to Q8_0 of types that have one beside Q8_0 itself.</summary>
    public static ExactDecoder? TryGetExact(GgufType type) => s_exact.GetValueOrDefault(type);

    private static RowDecoder Blocks(GgufType type, BlockDecoder decode)
    {
        if (!GgufTypes.TryGetBlock(type, out int columns, out int bytes))
            throw new ArgumentOutOfRangeException(nameof(type), type, "The block of this type is not known.");
        return (source, row) =>
        {
            for (int i = 0; i < source.Length / bytes; i++)
                decode(source.Slice(i * bytes, bytes), row.Slice(i * columns, columns));
        };
    }

    private static void ForEachBlock(ReadOnlySpan<byte> source, int bytes, Span<byte> blocks, BlockRepacker repack)
    {
        for (int i = 0; i < source.Length / bytes; i++)
            repack(source.Slice(i * bytes, bytes), blocks.Slice(i * Q8Bytes, Q8Bytes));
    }

    private static void ThroughQ8(ExactDecoder exact, ReadOnlySpan<byte> source, Span<float> row)
    {
        byte[] blocks = new byte[row.Length / ImportQuantizer.BlockColumns * Q8Bytes];
        exact(source, blocks);
        Embedding.Dequantize(blocks, row);
    }

    private static void F32(ReadOnlySpan<byte> source, Span<float> row)
    {
        for (int i = 0; i < row.Length; i++)
            row[i] = BinaryPrimitives.ReadSingleLittleEndian(source[(i * 4)..]);
    }

    private static void F16(ReadOnlySpan<byte> source, Span<float> row)
    {
        int i = 0;
        for (; i + Vector256<float>.Count <= row.Length; i += Vector256<float>.Count)
            WidenHalves(Vector128.Create(source.Slice(i * 2, 16)).AsUInt16()).CopyTo(row[i..]);
        for (; i < row.Length; i++)
            row[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(source[(i * 2)..]);
    }

    /// <summary>Exact for every half: the product scales the exponent and normalises subnormals; infinities and NaNs get theirs back.</summary>
    private static Vector256<float> WidenHalves(Vector128<ushort> halves)
    {
        (Vector128<uint> low, Vector128<uint> high) = Vector128.Widen(halves);
        Vector256<uint> bits = Vector256.Create(low, high);
        Vector256<uint> magnitude = bits & Vector256.Create(0x7FFFu);
        Vector256<uint> scaled = ((magnitude << 13).AsSingle() * Vector256.Create(5.192296858534828e33f)).AsUInt32();
        Vector256<uint> special = Vector256.GreaterThanOrEqual(magnitude, Vector256.Create(0x7C00u)) & Vector256.Create(0x7F80_0000u);
        return (scaled | special | ((bits & Vector256.Create(0x8000u)) << 16)).AsSingle();
    }

    private static void BF16(ReadOnlySpan<byte> source, Span<float> row)
    {
        for (int i = 0; i < row.Length; i++)
            row[i] = BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(source[(i * 2)..]) << 16);
    }
}
