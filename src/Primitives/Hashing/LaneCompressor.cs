using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TeeTee.Primitives;

/// <summary>
/// The compression function of SHA-256 (FIPS 180-4, section 6.2.2) on as many messages as a vector has lanes. Words of a message lie
/// <see cref="Stride"/> apart: word w of lane l at [w * 16 + l], for the state (8 words) as for blocks (16 words each).
/// </summary>
internal static class LaneCompressor<TLanes, TWords>
    where TLanes : struct, ILanes<TWords>
    where TWords : struct
{
    /// <summary>Lanes that memory has room for, whatever a vector holds.</summary>
    public const int Stride = 16;

    private const int BlockWords = 16;
    private const int Rounds = 64;
    private const int StateWords = 8;

    private static ReadOnlySpan<uint> RoundConstants =>
    [
        0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
        0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
        0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
        0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
        0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
        0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
        0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
        0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
    ];

    /// <summary>Advances the state of lanes [first, first + count of the vector) by one block, whose words are overwritten.</summary>
    public static void Compress(Span<uint> state, Span<uint> block, int first)
    {
        if (state.Length < StateWords * Stride || block.Length < BlockWords * Stride || (uint)first > (uint)(Stride - TLanes.Count))
            throw new ArgumentException($"State of {state.Length} and block of {block.Length} words from lane {first}.");
        // Every access below is at [w * 16 + first .. + lanes) with w below 8 and 16: inside, by the line above.
        ref var h0 = ref Unsafe.Add(ref MemoryMarshal.GetReference(state), first);
        ref var words = ref Unsafe.Add(ref MemoryMarshal.GetReference(block), first);
        TWords a = At(ref h0, 0), b = At(ref h0, 1), c = At(ref h0, 2), d = At(ref h0, 3);
        TWords e = At(ref h0, 4), f = At(ref h0, 5), g = At(ref h0, 6), h = At(ref h0, 7);
        TWords x, y = At(ref words, 14), z = At(ref words, 15);
        ref var k = ref MemoryMarshal.GetReference(RoundConstants);
        // The sixteen words are a ring of two halves, which change places every eight rounds.
        ref var here = ref words;
        ref var there = ref Unsafe.Add(ref words, 8 * Stride);
        for (var t = 0; t < Rounds - BlockWords; t += 8)
        {
            x = First(e, f, g, h, ref here, ref k, 0);
            (d, h) = (TLanes.Add(d, x), Second(a, b, c, x));
            y = Next(ref here, 0, At(ref here, 1), At(ref there, 1), y);
            x = First(d, e, f, g, ref here, ref k, 1);
            (c, g) = (TLanes.Add(c, x), Second(h, a, b, x));
            z = Next(ref here, 1, At(ref here, 2), At(ref there, 2), z);
            x = First(c, d, e, f, ref here, ref k, 2);
            (b, f) = (TLanes.Add(b, x), Second(g, h, a, x));
            y = Next(ref here, 2, At(ref here, 3), At(ref there, 3), y);
            x = First(b, c, d, e, ref here, ref k, 3);
            (a, e) = (TLanes.Add(a, x), Second(f, g, h, x));
            z = Next(ref here, 3, At(ref here, 4), At(ref there, 4), z);
            x = First(a, b, c, d, ref here, ref k, 4);
            (h, d) = (TLanes.Add(h, x), Second(e, f, g, x));
            y = Next(ref here, 4, At(ref here, 5), At(ref there, 5), y);
            x = First(h, a, b, c, ref here, ref k, 5);
            (g, c) = (TLanes.Add(g, x), Second(d, e, f, x));
            z = Next(ref here, 5, At(ref here, 6), At(ref there, 6), z);
            x = First(g, h, a, b, ref here, ref k, 6);
            (f, b) = (TLanes.Add(f, x), Second(c, d, e, x));
            y = Next(ref here, 6, At(ref here, 7), At(ref there, 7), y);
            x = First(f, g, h, a, ref here, ref k, 7);
            (e, a) = (TLanes.Add(e, x), Second(b, c, d, x));
            z = Next(ref here, 7, At(ref there, 0), At(ref here, 0), z);
            k = ref Unsafe.Add(ref k, 8);
            ref var turned = ref here;
            here = ref there;
            there = ref turned;
        }
        for (var t = Rounds - BlockWords; t < Rounds; t += 8)
        {
            x = First(e, f, g, h, ref here, ref k, 0);
            (d, h) = (TLanes.Add(d, x), Second(a, b, c, x));
            x = First(d, e, f, g, ref here, ref k, 1);
            (c, g) = (TLanes.Add(c, x), Second(h, a, b, x));
            x = First(c, d, e, f, ref here, ref k, 2);
            (b, f) = (TLanes.Add(b, x), Second(g, h, a, x));
            x = First(b, c, d, e, ref here, ref k, 3);
            (a, e) = (TLanes.Add(a, x), Second(f, g, h, x));
            x = First(a, b, c, d, ref here, ref k, 4);
            (h, d) = (TLanes.Add(h, x), Second(e, f, g, x));
            x = First(h, a, b, c, ref here, ref k, 5);
            (g, c) = (TLanes.Add(g, x), Second(d, e, f, x));
            x = First(g, h, a, b, ref here, ref k, 6);
            (f, b) = (TLanes.Add(f, x), Second(c, d, e, x));
            x = First(f, g, h, a, ref here, ref k, 7);
            (e, a) = (TLanes.Add(e, x), Second(b, c, d, x));
            k = ref Unsafe.Add(ref k, 8);
            here = ref there;
        }
        Accumulate(ref h0, 0, a);
        Accumulate(ref h0, 1, b);
        Accumulate(ref h0, 2, c);
        Accumulate(ref h0, 3, d);
        Accumulate(ref h0, 4, e);
        Accumulate(ref h0, 5, f);
        Accumulate(ref h0, 6, g);
        Accumulate(ref h0, 7, h);
    }

    /// <summary>T1 of a round; e, which the round before gives last, is added last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWords First(TWords e, TWords f, TWords g, TWords h, ref uint words, ref uint k, nint round) => TLanes.Add(
        TLanes.BigSigma1(e), TLanes.Add(TLanes.Choose(e, f, g), TLanes.Add(TLanes.Add(At(ref words, round), TLanes.Create(Unsafe.Add(ref k, round))), h)));

    /// <summary>T1 + T2 of a round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWords Second(TWords a, TWords b, TWords c, TWords first) =>
        TLanes.Add(TLanes.Add(TLanes.BigSigma0(a), TLanes.Majority(a, b, c)), first);

    /// <summary>Replaces word <paramref name="i"/> of the ring by the one sixteen rounds later; that of two rounds before comes in a register.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWords Next(ref uint words, nint i, TWords oneOn, TWords nineOn, TWords twoBefore)
    {
        var early = TLanes.Add(TLanes.Add(At(ref words, i), TLanes.SmallSigma0(oneOn)), nineOn);
        var word = TLanes.Add(TLanes.SmallSigma1(twoBefore), early);
        TLanes.Store(word, ref Unsafe.Add(ref words, i * Stride));
        return word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWords At(ref uint words, nint index) => TLanes.Load(ref Unsafe.Add(ref words, index * Stride));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(ref uint state, nint index, TWords value) =>
        TLanes.Store(TLanes.Add(At(ref state, index), value), ref Unsafe.Add(ref state, index * Stride));
}
