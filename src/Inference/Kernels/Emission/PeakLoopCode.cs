namespace TeeTee.Inference.Kernels.Emission;

/// <summary>
/// A loop of nothing but VPDPBUSD on registers, twelve sums that do not wait for each other: the most that a core can do with int8 products.
/// Called as <c>void f(nint rounds)</c>, rounds at least 1.
/// </summary>
internal static class PeakLoopCode
{
    private const int Sums = 12;
    private const int Unrolled = 4;

    /// <summary>Operations per round, a multiplication and an addition counted as two.</summary>
    public static long OperationsPerRound(VectorWidth width) => 2L * Sums * Unrolled * (width == VectorWidth.Bits512 ? 64 : 32);

    public static byte[] Emit(VectorWidth width)
    {
        EvexAssembler to = new(width);
        VectorRegister unsigned = new(Sums), signed = new(Sums + 1);
        for (int i = 0; i < Sums + 2; i++)
            to.Vpxord(new VectorRegister(i), new VectorRegister(i), new VectorRegister(i));
        int loop = to.Position;
        for (int i = 0; i < Sums * Unrolled; i++)
            to.Vpdpbusd(new VectorRegister(i % Sums), unsigned, signed);
        to.Sub(PointerRegister.Rdi, 1);
        to.Jnz(loop);
        to.Vzeroupper();
        to.Ret();
        return to.ToArray();
    }
}
