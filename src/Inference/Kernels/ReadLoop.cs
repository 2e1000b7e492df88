using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels;

/// <summary>A loop that only reads memory, ascending: what a matrix kernel that waits for its weights can reach at best.</summary>
/// <param name="VectorBits">Width of a load: 128, 256 or 512.</param>
/// <param name="Prefetch">Asks for the line 4 KiB ahead too; the hardware prefetcher stops at the end of a small page.</param>
internal readonly record struct ReadLoop(int VectorBits, bool Prefetch)
{
    // A round is four lines, so that the loop around the loads costs nothing.
    private const int RoundBytes = 256;
    private const int LineBytes = 64;
    private const int Distance = 4096;

    /// <summary>The variants worth trying on this machine.</summary>
    public static IReadOnlyList<ReadLoop> Available { get; } = [.. Widths().SelectMany(Variants)];

    public string Name => $"{VectorBits}-bit loads{(Prefetch ? ", prefetch" : "")}";

    /// <summary>Reads whole rounds of 256 bytes; the OR of what was read, so that no load can be left out.</summary>
    public unsafe ulong Run(byte* start, long bytes)
    {
        byte* end = start + bytes / RoundBytes * RoundBytes;
        return VectorBits switch
        {
            512 => Read512(start, end),
            256 => Read256(start, end),
            _ => Read128(start, end),
        };
    }

    private static IEnumerable<int> Widths()
    {
        if (Vector512.IsHardwareAccelerated)
            yield return 512;
        yield return Vector256.IsHardwareAccelerated ? 256 : 128;
    }

    private static IEnumerable<ReadLoop> Variants(int bits) =>
        Sse.IsSupported ? [new ReadLoop(bits, false), new ReadLoop(bits, true)] : [new ReadLoop(bits, false)];

    private unsafe ulong Read512(byte* p, byte* end)
    {
        Vector512<ulong> a = default, b = default, c = default, d = default;
        for (; p < end; p += RoundBytes)
        {
            Ahead(p);
            a |= Vector512.Load((ulong*)p);
            b |= Vector512.Load((ulong*)(p + 64));
            c |= Vector512.Load((ulong*)(p + 128));
            d |= Vector512.Load((ulong*)(p + 192));
        }
        return Vector512.Sum(a | b | c | d);
    }

    private unsafe ulong Read256(byte* p, byte* end)
    {
        Vector256<ulong> a = default, b = default, c = default, d = default;
        for (; p < end; p += RoundBytes)
        {
            Ahead(p);
            for (int i = 0; i < RoundBytes; i += 4 * Vector256<byte>.Count)
            {
                a |= Vector256.Load((ulong*)(p + i));
                b |= Vector256.Load((ulong*)(p + i + 32));
                c |= Vector256.Load((ulong*)(p + i + 64));
                d |= Vector256.Load((ulong*)(p + i + 96));
            }
        }
        return Vector256.Sum(a | b | c | d);
    }

    private unsafe ulong Read128(byte* p, byte* end)
    {
        Vector128<ulong> a = default, b = default, c = default, d = default;
        for (; p < end; p += RoundBytes)
        {
            Ahead(p);
            for (int i = 0; i < RoundBytes; i += 4 * Vector128<byte>.Count)
            {
                a |= Vector128.Load((ulong*)(p + i));
                b |= Vector128.Load((ulong*)(p + i + 16));
                c |= Vector128.Load((ulong*)(p + i + 32));
                d |= Vector128.Load((ulong*)(p + i + 48));
            }
        }
        return Vector128.Sum(a | b | c | d);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe void Ahead(byte* p)
    {
        for (int line = 0; Prefetch && line < RoundBytes; line += LineBytes)
            Sse.Prefetch0(p + Distance + line);
    }
}
