using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TeeTee.Primitives;

/// <summary>
/// SHA-256 of many messages of one length at once, one per vector lane: equal, bit by bit, to <see cref="Sha256"/> of each. Takes the fastest of
/// sixteen, eight or four lanes and the library by measured costs. Allocates nothing; safe from any thread.
/// </summary>
public static class Sha256Batch
{
    private const int StackLimit = 4096;
    private const int NodeBlocks = 2;
    private const int MaxLanes = 16;

    /// <summary>Hashes message i to <paramref name="hashes"/>[i].</summary>
    /// <exception cref="ArgumentException">There is room for fewer hashes than messages, or prefixes are missing.</exception>
    public static void Hash(in Sha256Messages messages, Span<Bytes32> hashes)
    {
        messages.CheckPrefixes();
        if (hashes.Length < messages.Count)
            throw new ArgumentException($"Room for {hashes.Length} of {messages.Count} hashes.", nameof(hashes));
        for (var first = 0; first < messages.Count;)
        {
            var width = LaneCosts.Choose(messages.Count - first, messages.Blocks);
            var count = Math.Min((int)width, messages.Count - first);
            Hash(width, messages, first, count, hashes);
            first += count;
        }
    }

    /// <summary>The Merkle nodes above[i] = H(0x01 || below[2i] || below[2i + 1]); <paramref name="above"/> may be the start of the same memory.</summary>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    internal static void Nodes(ReadOnlySpan<Bytes32> below, Span<Bytes32> above)
    {
        var pairs = below.Length / 2;
        if (above.Length < pairs)
            throw new ArgumentException($"Room for {above.Length} of {pairs} nodes.", nameof(above));
        Span<int> lefts = stackalloc int[MaxLanes];
        for (int first = 0, count; first < pairs; first += count)
        {
            var width = LaneCosts.Choose(pairs - first, NodeBlocks);
            count = Math.Min((int)width, pairs - first);
            for (var i = 0; i < count; i++)
                lefts[i] = 2 * (first + i);
            Nodes(width, below, lefts[..count], above.Slice(first, count));
        }
    }

    /// <summary>The same in each of several trees, in place: pair p of tree t from [t * stride + 2p] to [t * stride + p].</summary>
    [SkipLocalsInit]
    internal static void Nodes(Span<Bytes32> level, int trees, int stride, int pairs)
    {
        Span<int> lefts = stackalloc int[MaxLanes];
        Span<Bytes32> nodes = stackalloc Bytes32[MaxLanes];
        for (int first = 0, count; first < trees * pairs; first += count)
        {
            var width = LaneCosts.Choose((trees * pairs) - first, NodeBlocks);
            count = Math.Min((int)width, (trees * pairs) - first);
            for (var i = 0; i < count; i++)
                lefts[i] = ((first + i) / pairs * stride) + (2 * ((first + i) % pairs));
            Nodes(width, level, lefts[..count], nodes);
            // What is overwritten was read: a node lies no further right than its own pair, and later pairs lie further right.
            for (var i = 0; i < count; i++)
                level[lefts[i] - ((first + i) % pairs)] = nodes[i];
        }
    }

    /// <summary>Messages [first, first + count) by one width, which need not be the best.</summary>
    internal static void Hash(LaneWidth width, in Sha256Messages messages, int first, int count, Span<Bytes32> hashes)
    {
        switch (width)
        {
            case LaneWidth.Sixteen: LaneHasher<Lanes512, Vector512<uint>>.Hash(messages, first, count, hashes); break;
            case LaneWidth.Eight: LaneHasher<Lanes256, Vector256<uint>>.Hash(messages, first, count, hashes); break;
            case LaneWidth.Four: LaneHasher<Lanes128, Vector128<uint>>.Hash(messages, first, count, hashes); break;
            default: HashEach(messages, first, count, hashes); break;
        }
    }

    /// <summary>The nodes of up to as many pairs as the width has lanes.</summary>
    internal static void Nodes(LaneWidth width, ReadOnlySpan<Bytes32> level, ReadOnlySpan<int> lefts, Span<Bytes32> hashes)
    {
        switch (width)
        {
            case LaneWidth.Sixteen: LaneHasher<Lanes512, Vector512<uint>>.Nodes(level, lefts, hashes); break;
            case LaneWidth.Eight: LaneHasher<Lanes256, Vector256<uint>>.Nodes(level, lefts, hashes); break;
            case LaneWidth.Four: LaneHasher<Lanes128, Vector128<uint>>.Nodes(level, lefts, hashes); break;
            default: NodeEach(level, lefts, hashes); break;
        }
    }

    private static void NodeEach(ReadOnlySpan<Bytes32> level, ReadOnlySpan<int> lefts, Span<Bytes32> hashes)
    {
        for (var i = 0; i < lefts.Length; i++)
            hashes[i] = Sha256Merkle.Node(level[lefts[i]], level[lefts[i] + 1]);
    }

    /// <summary>The library, one message after the other.</summary>
    [SkipLocalsInit]
    private static void HashEach(in Sha256Messages messages, int first, int count, Span<Bytes32> hashes)
    {
        if (messages.HeadSize == 0)
        {
            for (var i = first; i < first + count; i++)
                hashes[i] = Sha256.Hash(messages.DataOf(i));
            return;
        }
        var rented = messages.TotalLength > StackLimit ? ArrayPool<byte>.Shared.Rent(messages.TotalLength) : null;
        var message = (rented ?? stackalloc byte[StackLimit])[..messages.TotalLength];
        if (messages.Tag is { } tag)
            message[0] = tag;
        for (var i = first; i < first + count; i++)
        {
            messages.PrefixOf(i).CopyTo(message[messages.TagSize..]);
            messages.DataOf(i).CopyTo(message[messages.HeadSize..]);
            hashes[i] = Sha256.Hash(message);
        }
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }
}
