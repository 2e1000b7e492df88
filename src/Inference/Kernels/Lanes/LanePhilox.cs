using System.Runtime.CompilerServices;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>
/// The noise words of consecutive token ids, four vectors at a time. A generator call gives four words of neighbouring ids. Half of the
/// calls run in the even lanes of one set of vectors, where the 64-bit products are, and half in another; the counters are dealt out
/// so that a transposition inside of groups of four lanes brings the words in the order of the ids.
/// </summary>
internal unsafe struct LanePhilox<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    /// <summary>Vectors of words that one step gives.</summary>
    public const int Vectors = WordsPerCall;

    private const int WordsPerCall = 4;

    private readonly TLanes _position;
    private readonly TLanes _c2;
    private readonly TLanes _c3;
    private readonly uint _k0;
    private readonly uint _k1;
    private TLanes _evenCounters;
    private TLanes _oddCounters;

    /// <summary>Starts at a token id that is a multiple of four.</summary>
    public LanePhilox(GumbelNoise noise, int firstId)
    {
        (_position, _c2, _c3) = (TLanes.Bits(noise.Position), TLanes.Bits(noise.C2), TLanes.Bits(noise.C3));
        (_k0, _k1) = (noise.K0, noise.K1);
        uint* counters = stackalloc uint[LaneSum.Lanes];
        uint* even = stackalloc uint[LaneSum.Lanes], odd = stackalloc uint[LaneSum.Lanes];
        // The transposition takes lane 4b + i to vector i, lanes 4b to 4b + 3: ids from 4 * (i * Count / 4 + b) on.
        for (int lane = 0; lane < TLanes.Count; lane++)
            counters[lane] = (uint)(firstId / WordsPerCall + lane % WordsPerCall * (TLanes.Count / WordsPerCall) + lane / WordsPerCall);
        for (int lane = 0; lane < TLanes.Count; lane += 2)
            (even[lane], odd[lane], even[lane + 1], odd[lane + 1]) = (counters[lane], counters[lane + 1], 0, 0);
        (_evenCounters, _oddCounters) = (TLanes.Load((float*)even), TLanes.Load((float*)odd));
    }

    /// <summary>Writes the words of the next 4 * Count ids, in order.</summary>
    public void Next(uint* words)
    {
        TLanes e0 = _position, e1 = _evenCounters, e2 = _c2, e3 = _c3;
        TLanes o0 = _position, o1 = _oddCounters, o2 = _c2, o3 = _c3;
        uint k0 = _k0, k1 = _k1;
        for (int round = 0; round < Philox4x32.Rounds; round++)
        {
            TLanes key0 = TLanes.Bits(k0), key1 = TLanes.Bits(k1);
            Round(ref e0, ref e1, ref e2, ref e3, key0, key1);
            Round(ref o0, ref o1, ref o2, ref o3, key0, key1);
            k0 += Philox4x32.Weyl0;
            k1 += Philox4x32.Weyl1;
        }
        _evenCounters = TLanes.AddInt(_evenCounters, TLanes.Bits((uint)TLanes.Count));
        _oddCounters = TLanes.AddInt(_oddCounters, TLanes.Bits((uint)TLanes.Count));
        TLanes w0 = Join(e0, o0), w1 = Join(e1, o1), w2 = Join(e2, o2), w3 = Join(e3, o3);
        TLanes low01 = TLanes.InterleaveLow(w0, w1), low23 = TLanes.InterleaveLow(w2, w3);
        TLanes high01 = TLanes.InterleaveHigh(w0, w1), high23 = TLanes.InterleaveHigh(w2, w3);
        float* target = (float*)words;
        TLanes.LowPairs(low01, low23).Store(target);
        TLanes.HighPairs(low01, low23).Store(target + TLanes.Count);
        TLanes.LowPairs(high01, high23).Store(target + 2 * TLanes.Count);
        TLanes.HighPairs(high01, high23).Store(target + 3 * TLanes.Count);
    }

    /// <summary>Odd lanes hold anything: the products do not read them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref TLanes c0, ref TLanes c1, ref TLanes c2, ref TLanes c3, TLanes k0, TLanes k1)
    {
        TLanes product0 = TLanes.MultiplyEvenUnsigned(c0, TLanes.Bits(Philox4x32.Multiplier0));
        TLanes product1 = TLanes.MultiplyEvenUnsigned(c2, TLanes.Bits(Philox4x32.Multiplier1));
        c0 = TLanes.OddToEven(product1) ^ c1 ^ k0;
        c1 = product1;
        c2 = TLanes.OddToEven(product0) ^ c3 ^ k1;
        c3 = product0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TLanes Join(TLanes even, TLanes odd) => TLanes.EvenOf(even) | TLanes.EvenToOdd(odd);
}
