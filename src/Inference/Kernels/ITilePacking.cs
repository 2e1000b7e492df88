using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels;

/// <summary>A packing of <see cref="TileLayout"/> as a type, with the loads that the vector kernels share.</summary>
internal unsafe interface ITilePacking
{
    static abstract int BlockBytes { get; }

    static abstract int ScaleOffset { get; }

    /// <summary>The bias is 8 shifted left by this.</summary>
    static abstract int BiasShift { get; }

    /// <summary>Asks for the memory that chunks c and c + 4 of a later block will need; an address past the end does no harm.</summary>
    static abstract void Prefetch(byte* block, int c);

    /// <summary>Chunks c and c + 4 of a block, all 16 rows, as unsigned biased bytes.</summary>
    static abstract void Load(byte* block, int c, out Vector512<byte> low, out Vector512<byte> high);

    /// <summary>The same of rows 0..7 (half 0) or 8..15 (half 1).</summary>
    static abstract void Load(byte* block, int c, int half, out Vector256<byte> low, out Vector256<byte> high);

    /// <summary>The same of rows 4q to 4q + 3, the bias taken off.</summary>
    static abstract void LoadSigned(byte* block, int c, int q, out Vector128<sbyte> low, out Vector128<sbyte> high);
}

/// <summary>A byte per quant.</summary>
internal readonly unsafe struct Q8Tile : ITilePacking
{
    public static int BlockBytes => TileLayout.Q8BlockBytes;

    public static int ScaleOffset => TileLayout.Q8ScaleOffset;

    public static int BiasShift => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* block, int c)
    {
        Sse.Prefetch0(block + TileLayout.PrefetchBytes + c * TileLayout.ChunkBytes);
        Sse.Prefetch0(block + TileLayout.PrefetchBytes + (c + TileLayout.ChunksOfBlock / 2) * TileLayout.ChunkBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* block, int c, out Vector512<byte> low, out Vector512<byte> high)
    {
        low = Vector512.Load(block + c * TileLayout.ChunkBytes);
        high = Vector512.Load(block + (c + TileLayout.ChunksOfBlock / 2) * TileLayout.ChunkBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* block, int c, int half, out Vector256<byte> low, out Vector256<byte> high)
    {
        byte* rows = block + half * (TileLayout.ChunkBytes / 2);
        low = Vector256.Load(rows + c * TileLayout.ChunkBytes);
        high = Vector256.Load(rows + (c + TileLayout.ChunksOfBlock / 2) * TileLayout.ChunkBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadSigned(byte* block, int c, int q, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        byte* rows = block + q * (TileLayout.ChunkBytes / 4);
        Vector128<byte> bias = Vector128.Create((byte)TileLayout.Q8Bias);
        low = (Vector128.Load(rows + c * TileLayout.ChunkBytes) ^ bias).AsSByte();
        high = (Vector128.Load(rows + (c + TileLayout.ChunksOfBlock / 2) * TileLayout.ChunkBytes) ^ bias).AsSByte();
    }
}

/// <summary>Four bits per quant.</summary>
internal readonly unsafe struct Q4Tile : ITilePacking
{
    private const byte Nibble = 0x0F;

    public static int BlockBytes => TileLayout.Q4BlockBytes;

    public static int ScaleOffset => TileLayout.Q4ScaleOffset;

    public static int BiasShift => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(byte* block, int c) => Sse.Prefetch0(block + TileLayout.PrefetchBytes + c * TileLayout.ChunkBytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* block, int c, out Vector512<byte> low, out Vector512<byte> high)
    {
        Vector512<byte> both = Vector512.Load(block + c * TileLayout.ChunkBytes);
        low = both & Vector512.Create(Nibble);
        high = (both.AsUInt16() >>> 4).AsByte() & Vector512.Create(Nibble);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Load(byte* block, int c, int half, out Vector256<byte> low, out Vector256<byte> high)
    {
        Vector256<byte> both = Vector256.Load(block + c * TileLayout.ChunkBytes + half * (TileLayout.ChunkBytes / 2));
        low = both & Vector256.Create(Nibble);
        high = (both.AsUInt16() >>> 4).AsByte() & Vector256.Create(Nibble);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void LoadSigned(byte* block, int c, int q, out Vector128<sbyte> low, out Vector128<sbyte> high)
    {
        Vector128<byte> both = Vector128.Load(block + c * TileLayout.ChunkBytes + q * (TileLayout.ChunkBytes / 4));
        Vector128<sbyte> bias = Vector128.Create((sbyte)TileLayout.Q4Bias);
        low = (both & Vector128.Create(Nibble)).AsSByte() - bias;
        high = (both >>> 4).AsSByte() - bias;
    }
}
