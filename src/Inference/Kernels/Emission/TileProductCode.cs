namespace TeeTee.Inference.Kernels.Emission;

/// <summary>
/// The program of one tile of 16 rows times one group of 1 to 8 positions: lanes are rows, every position keeps one register of int32 and
/// one of float sums. Per block of 32 columns and position: eight VPDPBUSD, then sum = fma(float(dot), rounded(w scale * a scale), sum),
/// exactly as MatrixVector.Accumulate does.
/// </summary>
/// <remarks>
/// Called as <c>void f(byte* tile, nint blocks, byte* group, float* y, nint strideInBytes)</c>, blocks at least 1; the layouts are those of
/// PackedMatrix and QuantizedBatch. Reads only the blocks given; prefetches go past them and never fault.
/// Mul and fma are 2 of 10 operations on the ports that VPDPBUSD needs, so 80 % of the machine's peak is the bound.
/// </remarks>
internal static class TileProductCode
{
    private const PointerRegister Tile = PointerRegister.Rdi, Blocks = PointerRegister.Rsi, Group = PointerRegister.Rdx,
        Output = PointerRegister.Rcx, Stride = PointerRegister.R8, Temporary = PointerRegister.Rax;

    // 64 lines ahead: the best of 2, 4 and 8 KiB when weights come from memory, and harmless when they do not.
    private const int PrefetchDistance = 4096;
    private const int LineBytes = 64;
    private const int NibbleMask = 0x0F0F_0F0F;

    // Registers 0..7 are int32 sums, 8..15 float sums.
    private static readonly VectorRegister s_low = new(16), s_high = new(17), s_mask = new(18), s_weightScale = new(19), s_scale = new(20);

    public static byte[] Emit(WeightPacking packing, int positions)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(positions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(positions, QuantizedBatch.GroupRows);
        EvexAssembler to = new(VectorWidth.Bits512);
        GroupLayout group = new(positions);
        int blockBytes = PackedMatrix.BlockBytes(packing);
        if (packing == WeightPacking.Q4)
        {
            to.Mov(Temporary, NibbleMask);
            to.Vpbroadcastd(s_mask, Temporary);
        }
        for (int t = 0; t < positions; t++)
            to.Vpxord(Sum(t), Sum(t), Sum(t));

        int loop = to.Position;
        for (int line = 0; line < blockBytes; line += LineBytes)
            to.Prefetcht0(new MemoryOperand(Tile, PrefetchDistance + line));
        if (packing == WeightPacking.Q4)
            DotsOfNibbles(to, group);
        else
            DotsOfBytes(to, group);
        Scale(to, group, blockBytes);
        to.Add(Tile, blockBytes);
        to.Add(Group, group.BlockBytes);
        to.Sub(Blocks, 1);
        to.Jnz(loop);

        Store(to, positions);
        return to.ToArray();
    }

    private static VectorRegister Dot(int position) => new(position);

    private static VectorRegister Sum(int position) => new(QuantizedBatch.GroupRows + position);

    // Weights are biased by 128; the stored start is -8 times the sum of the block's activations.
    private static void DotsOfBytes(EvexAssembler to, GroupLayout group)
    {
        for (int t = 0; t < group.Positions; t++)
            to.VpslldBroadcast(Dot(t), new MemoryOperand(Group, group.Start(t)), 4);
        for (int c = 0; c < GroupLayout.Chunks; c++)
        {
            to.Vmovdqu32(s_low, new MemoryOperand(Tile, c * PackedMatrix.ChunkBytes));
            Accumulate(to, group, s_low, c);
        }
    }

    // Low nibbles are columns 0..15 of the block, high ones 16..31, both biased by 8.
    private static void DotsOfNibbles(EvexAssembler to, GroupLayout group)
    {
        for (int t = 0; t < group.Positions; t++)
            to.Vpbroadcastd(Dot(t), new MemoryOperand(Group, group.Start(t)));
        for (int c = 0; c < GroupLayout.Chunks / 2; c++)
        {
            to.Vmovdqu32(s_low, new MemoryOperand(Tile, c * PackedMatrix.ChunkBytes));
            to.Vpsrld(s_high, s_low, 4);
            to.Vpandd(s_low, s_low, s_mask);
            to.Vpandd(s_high, s_high, s_mask);
            Accumulate(to, group, s_low, c);
            Accumulate(to, group, s_high, c + GroupLayout.Chunks / 2);
        }
    }

    private static void Accumulate(EvexAssembler to, GroupLayout group, VectorRegister weights, int chunk)
    {
        for (int t = 0; t < group.Positions; t++)
            to.VpdpbusdBroadcast(Dot(t), weights, new MemoryOperand(Group, group.Chunk(chunk, t)));
    }

    private static void Scale(EvexAssembler to, GroupLayout group, int blockBytes)
    {
        to.Vcvtph2ps(s_weightScale, new MemoryOperand(Tile, blockBytes - PackedMatrix.TileRows * sizeof(ushort)));
        for (int t = 0; t < group.Positions; t++)
        {
            to.Vcvtdq2ps(Dot(t), Dot(t));
            to.VmulpsBroadcast(s_scale, s_weightScale, new MemoryOperand(Group, group.Scale(t)));
            to.Vfmadd231ps(Sum(t), Dot(t), s_scale);
        }
    }

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
