using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using TeeTee.Inference.Kernels.Emission;

namespace TeeTee.Inference.Kernels;

/// <summary>A loop of nothing but int8 dot products on registers, sums that do not wait for each other: the most that a core can do.</summary>
/// <param name="Name">The instruction and its width.</param>
/// <param name="VectorBits">Its width.</param>
/// <param name="OperationsPerRound">A multiplication and an addition count as two operations.</param>
/// <param name="Run">Runs that many rounds, at least 1.</param>
internal sealed record Int8PeakLoop(string Name, int VectorBits, long OperationsPerRound, Action<long> Run)
{
    // Twelve sums cover a latency of five cycles on two ports.
    private const int Sums = 12;

    private static int s_sink;

    private interface IDot<TVector>
    {
        static abstract TVector Add(TVector sum);

        static abstract int Keep(TVector sum);
    }

    /// <summary>The best instruction of this machine at 256 bits (128 on Arm64) and, where it has one, at 512; empty where it has none.</summary>
    public static IReadOnlyList<Int8PeakLoop> Available { get; } = [.. Find()];

    private static IEnumerable<Int8PeakLoop> Find()
    {
        EmittedPrograms? emitted = EmittedPrograms.TryGet(out _);
        if (AvxVnni.IsSupported)
            yield return new Int8PeakLoop("vpdpbusd ymm", 256, 2L * 32 * Sums, Loop<Vector256<int>, VnniDot>);
        else if (emitted is not null)
            yield return new Int8PeakLoop("vpdpbusd ymm (EVEX)", 256, PeakLoopCode.OperationsPerRound(VectorWidth.Bits256), emitted.RunPeak256);
        else if (Avx2.IsSupported)
            yield return new Int8PeakLoop("vpmaddubsw + vpmaddwd + vpaddd ymm", 256, 2L * 32 * Sums, Loop<Vector256<int>, PairDot>);
        else if (Dp.IsSupported)
            yield return new Int8PeakLoop("sdot", 128, 2L * 16 * Sums, Loop<Vector128<int>, ArmDot>);
        if (emitted is not null)
            yield return new Int8PeakLoop("vpdpbusd zmm", 512, PeakLoopCode.OperationsPerRound(VectorWidth.Bits512), emitted.RunPeak512);
    }

    private static void Loop<TVector, TDot>(long rounds)
        where TVector : struct
        where TDot : IDot<TVector>
    {
        TVector s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default;
        TVector s6 = default, s7 = default, s8 = default, s9 = default, s10 = default, s11 = default;
        for (long i = 0; i < rounds; i++)
        {
            (s0, s1, s2, s3) = (TDot.Add(s0), TDot.Add(s1), TDot.Add(s2), TDot.Add(s3));
            (s4, s5, s6, s7) = (TDot.Add(s4), TDot.Add(s5), TDot.Add(s6), TDot.Add(s7));
            (s8, s9, s10, s11) = (TDot.Add(s8), TDot.Add(s9), TDot.Add(s10), TDot.Add(s11));
        }
        s_sink = TDot.Keep(s0) ^ TDot.Keep(s1) ^ TDot.Keep(s2) ^ TDot.Keep(s3) ^ TDot.Keep(s4) ^ TDot.Keep(s5)
            ^ TDot.Keep(s6) ^ TDot.Keep(s7) ^ TDot.Keep(s8) ^ TDot.Keep(s9) ^ TDot.Keep(s10) ^ TDot.Keep(s11);
    }

    private readonly struct VnniDot : IDot<Vector256<int>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Add(Vector256<int> sum) => AvxVnni.MultiplyWideningAndAdd(sum, Vector256<byte>.One, Vector256<sbyte>.One);

        public static int Keep(Vector256<int> sum) => sum[0];
    }

    // The factor depends on the sum, else the products would be computed once, before the loop.
    private readonly struct PairDot : IDot<Vector256<int>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<int> Add(Vector256<int> sum) =>
            sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(sum.AsByte(), Vector256<sbyte>.One), Vector256<short>.One);

        public static int Keep(Vector256<int> sum) => sum[0];
    }

    private readonly struct ArmDot : IDot<Vector128<int>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<int> Add(Vector128<int> sum) => Dp.DotProduct(sum, Vector128<sbyte>.One, Vector128<sbyte>.One);

        public static int Keep(Vector128<int> sum) => sum[0];
    }
}
