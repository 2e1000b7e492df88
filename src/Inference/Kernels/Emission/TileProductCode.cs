namespace TeeTee.Inference.Kernels.Emission;

/// <summary>
/// The program of one tile of 16 rows times one group of 1 to 8 positions: lanes are rows, every position keeps one register of int32 and
/// one of float sums. Per block of 32 columns and position: eight VPDPBUSD, then sum = fma(float(dot), rounded(w scale * a scale), sum),
/// exactly as MatrixVector.Accumulate does.
/// </summary>
/// <remarks>
/// Called as <c>void f(byte* tile, nint blocks, byte* group, float* y, nint strideInBytes)</c>, blocks at least 1; the layouts are
/// <see cref="TileLayout"/> and <see cref="ActivationGroup"/>, and nothing outside of the blocks is read.
/// Mul and fma are 2 of 10 operations on the ports that VPDPBUSD needs, so 80 % of the machine's peak is the bound.
/// </remarks>
internal static class TileProductCode
{
    private const PointerRegister Tile = PointerRegister.Rdi, Blocks = PointerRegister.Rsi, Group = PointerRegister.Rdx,
        Output = PointerRegister.Rcx, Stride = PointerRegister.R8, Temporary = PointerRegister.Rax;

    private const int NibbleMask = 0x0F0F_0F0F;

    // Wide groups compute as long as they wait for weights, and the hardware's prefetcher does not run far enough ahead to overlap the
    // two. The second-level cache is the place: the first one holds the activations. Narrow groups only wait, and lose by prefetching.
    private const int PrefetchFromQ8 = 6;
    private const int PrefetchFromQ4 = 4;
    private const int PrefetchDistance = 4096;

    // Registers 0..7 are int32 sums, 8..15 float sums.
    private static readonly VectorRegister s_low = new(16), s_high = new(17), s_mask = new(18), s_weightScale = new(19), s_scale = new(20);

    public static byte[] Emit(WeightPacking packing, int positions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(positions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(positions, ActivationGroup.MaxPositions);
        EvexAssembler to = new(VectorWidth.Bits512);
        if (packing == WeightPacking.Q4)
        {
            to.Mov(Temporary, NibbleMask);
            to.Vpbroadcastd(s_mask, Temporary);
        }
        for (int t = 0; t < positions; t++)
            to.Vpxord(Sum(t), Sum(t), Sum(t));

        int loop = to.Position;
        if (packing == WeightPacking.Q4)
            DotsOfNibbles(to, positions);
        else
            DotsOfBytes(to, positions);
        Prefetch(to, packing, TileLayout.ScaleOffset(packing), positions);
        AddScaled(to, TileLayout.ScaleOffset(packing), positions);
        to.Add(Tile, TileLayout.BlockBytes(packing));
        to.Add(Group, ActivationGroup.BlockBytes(positions));
        to.Sub(Blocks, 1);
        to.Jnz(loop);

        Store(to, positions);
        return to.ToArray();
    }

    private static VectorRegister Dot(int position) => new(position);

    private static VectorRegister Sum(int position) => new(ActivationGroup.MaxPositions + position);

    // The stored correction takes off a bias of 8; bytes have one of 128.
    private static void DotsOfBytes(EvexAssembler to, int positions)
    {
        for (int t = 0; t < positions; t++)
            to.VpslldBroadcast(Dot(t), Correction(positions, t), 4);
        for (int c = 0; c < TileLayout.ChunksOfBlock; c++)
        {
            Prefetch(to, WeightPacking.Q8, c * TileLayout.ChunkBytes, positions);
            to.Vmovdqu32(s_low, new MemoryOperand(Tile, c * TileLayout.ChunkBytes));
            Accumulate(to, s_low, c, positions);
        }
    }

    private static void DotsOfNibbles(EvexAssembler to, int positions)
    {
        const int Half = TileLayout.ChunksOfBlock / 2;
        for (int t = 0; t < positions; t++)
            to.Vpbroadcastd(Dot(t), Correction(positions, t));
        for (int c = 0; c < Half; c++)
        {
            Prefetch(to, WeightPacking.Q4, c * TileLayout.ChunkBytes, positions);
            to.Vmovdqu32(s_low, new MemoryOperand(Tile, c * TileLayout.ChunkBytes));
            to.Vpsrld(s_high, s_low, 4);
            to.Vpandd(s_low, s_low, s_mask);
            to.Vpandd(s_high, s_high, s_mask);
            Accumulate(to, s_low, c, positions);
            Accumulate(to, s_high, Half + c, positions);
        }
    }

    private static void Accumulate(EvexAssembler to, VectorRegister weights, int chunk, int positions)
    {
        for (int t = 0; t < positions; t++)
            to.VpdpbusdBroadcast(Dot(t), weights, new MemoryOperand(Group, (chunk * positions + t) * TileLayout.ChunkColumns));
    }

    private static void AddScaled(EvexAssembler to, int scaleOffset, int positions)
    {
        to.Vcvtph2ps(s_weightScale, new MemoryOperand(Tile, scaleOffset));
        for (int t = 0; t < positions; t++)
        {
            to.Vcvtdq2ps(Dot(t), Dot(t));
            to.VmulpsBroadcast(s_scale, s_weightScale, new MemoryOperand(Group, ActivationGroup.ScaleOffset(positions) + t * sizeof(float)));
            to.Vfmadd231ps(Sum(t), Dot(t), s_scale);
        }
    }

    private static void Prefetch(EvexAssembler to, WeightPacking packing, int offset, int positions)
    {
        if (positions >= (packing == WeightPacking.Q4 ? PrefetchFromQ4 : PrefetchFromQ8))
            to.Prefetcht1(new MemoryOperand(Tile, PrefetchDistance + offset));
    }

    private static MemoryOperand Correction(int positions, int position) =>
        new(Group, ActivationGroup.CorrectionOffset(positions) + position * sizeof(int));

    private static void Store(EvexAssembler to, int positions)
    {
        for (int t = 0; t < positions; t++)
        {
            to.Vmovups(new MemoryOperand(Output, 0), Sum(t));
            to.Add(Output, Stride);
        }
        to.Vzeroupper();
        to.Ret();
    }
}
