using System.Runtime.Intrinsics;

namespace TeeTee.Primitives;

/// <summary>
/// SHA-256 of sixteen messages whose words already lie lane by lane, for callers whose data have that shape: word w of message l at [w * 16 + l],
/// as the value that its four bytes have in big-endian order. Padding (FIPS 180-4, section 5.1.1) is the caller's. Machines with narrower vectors
/// run parts of the lanes one after the other.
/// </summary>
public static class Sha256Lanes
{
    /// <summary>Messages.</summary>
    public const int Count = 16;

    /// <summary>Words of a block.</summary>
    public const int BlockWords = 16;

    /// <summary>Elements of the state of all lanes.</summary>
    public const int StateLength = 8 * Count;

    /// <summary>Elements of one block of all lanes.</summary>
    public const int BlockLength = BlockWords * Count;

    /// <summary>Whether this beats a call of <see cref="Sha256"/> per message on this machine.</summary>
    public static bool IsFast => Lanes512.IsSupported || Lanes256.IsSupported;

    /// <summary>Begins sixteen messages.</summary>
    /// <param name="state">At least <see cref="StateLength"/> elements.</param>
    public static void Start(Span<uint> state) => LaneState.Start(state);

    /// <summary>Adds one block of each message.</summary>
    /// <param name="state">At least <see cref="StateLength"/> elements.</param>
    /// <param name="block">At least <see cref="BlockLength"/> elements; overwritten.</param>
    /// <exception cref="ArgumentException">One of them is shorter.</exception>
    public static void Compress(Span<uint> state, Span<uint> block)
    {
        if (Lanes512.IsSupported)
        {
            LaneCompressor<Lanes512, Vector512<uint>>.Compress(state, block, 0);
            return;
        }
        if (Lanes256.IsSupported)
        {
            for (var lane = 0; lane < Count; lane += 8)
                LaneCompressor<Lanes256, Vector256<uint>>.Compress(state, block, lane);
            return;
        }
        for (var lane = 0; lane < Count; lane += 4)
            LaneCompressor<Lanes128, Vector128<uint>>.Compress(state, block, lane);
    }

    /// <summary>The hashes of the first <c>hashes.Length</c> messages, at most <see cref="Count"/>.</summary>
    public static void Finish(ReadOnlySpan<uint> state, Span<Bytes32> hashes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashes.Length, Count, nameof(hashes));
        LaneState.Finish(state, hashes);
    }
}
