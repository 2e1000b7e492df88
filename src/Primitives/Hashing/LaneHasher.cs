using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TeeTee.Primitives;

/// <summary>SHA-256 of up to as many messages of one length as a vector has lanes.</summary>
internal static class LaneHasher<TLanes, TWords>
    where TLanes : struct, ILanes<TWords>
    where TWords : struct
{
    private const int Lanes = 16;
    private const int BlockSize = 64;
    private const int BlockWords = 16;
    private const int StateWords = 8;
    private const uint NodeTag = 0x01000000;
    private const uint NodeBits = 8 * (1 + 2 * Bytes32.Size);

    /// <summary>Hashes messages [first, first + count) to the same places of <paramref name="hashes"/>.</summary>
    [SkipLocalsInit]
    public static void Hash(in Sha256Messages messages, int first, int count, Span<Bytes32> hashes)
    {
        Span<uint> state = stackalloc uint[StateWords * Lanes];
        Span<uint> block = stackalloc uint[BlockWords * Lanes];
        Span<byte> edge = stackalloc byte[Lanes * BlockSize];
        Span<nint> inData = stackalloc nint[Lanes];
        Span<nint> inEdge = stackalloc nint[Lanes];
        for (var lane = 0; lane < Lanes; lane++)
        {
            // Lanes without a message repeat the last one.
            inData[lane] = Math.Min(lane, count - 1) * messages.Stride;
            inEdge[lane] = Math.Min(lane, count - 1) * BlockSize;
        }
        LaneState.Start(state);
        var blocks = messages.Blocks;
        for (var b = 0; b < blocks; b++)
        {
            var start = (b * BlockSize) - messages.HeadSize;
            if (start >= 0 && start + BlockSize <= messages.Length)
            {
                Read(messages.Data.Slice((first * messages.Stride) + start, ((count - 1) * messages.Stride) + BlockSize), inData, block);
            }
            else
            {
                WriteEdges(messages, first, count, b, edge);
                Read(edge, inEdge, block);
            }
            LaneCompressor<TLanes, TWords>.Compress(state, block, 0);
        }
        LaneState.Finish(state, hashes.Slice(first, count));
    }

    /// <summary>
    /// The Merkle nodes over the pairs (level[left], level[left + 1]) with left = lefts[i], to hashes[i]; all pairs are read before a hash is written.
    /// </summary>
    [SkipLocalsInit]
    public static void Nodes(ReadOnlySpan<Bytes32> level, ReadOnlySpan<int> lefts, Span<Bytes32> hashes)
    {
        Span<uint> state = stackalloc uint[StateWords * Lanes];
        Span<uint> block = stackalloc uint[BlockWords * Lanes];
        Span<nint> offsets = stackalloc nint[Lanes];
        for (var lane = 0; lane < TLanes.Count; lane++)
        {
            var left = lefts[Math.Min(lane, lefts.Length - 1)];
            _ = level.Slice(left, 2);
            offsets[lane] = (nint)left * Bytes32.Size;
        }
        // A pair of hashes is 64 bytes in memory: Gather reads inside of the slices just checked.
        ReadPairs(ref MemoryMarshal.GetReference(MemoryMarshal.AsBytes(level)), offsets, block);
        var last = TLanes.Load(ref block[(BlockWords - 1) * Lanes]);
        InsertTag(block);
        LaneState.Start(state);
        LaneCompressor<TLanes, TWords>.Compress(state, block, 0);

        block.Clear();
        TLanes.Store(TLanes.OneByteEarlier(last, TLanes.Create(0x80000000)), ref block[0]);
        TLanes.Store(TLanes.Create(NodeBits), ref block[(BlockWords - 1) * Lanes]);
        LaneCompressor<TLanes, TWords>.Compress(state, block, 0);
        LaneState.Finish(state, hashes[..lefts.Length]);
    }

    /// <summary>Sixteen words of each lane from its 64 bytes, big-endian.</summary>
    private static void Read(ReadOnlySpan<byte> source, ReadOnlySpan<nint> offsets, Span<uint> block)
    {
        if (offsets[TLanes.Count - 1] + BlockSize > source.Length || block.Length < BlockWords * Lanes)
            throw new ArgumentException($"{source.Length} bytes do not reach lane {TLanes.Count - 1} at {offsets[TLanes.Count - 1]}.");
        // Offsets do not decrease, so every lane's 64 bytes lie in the source, by the line above.
        ref var from = ref MemoryMarshal.GetReference(source);
        for (var quarter = 0; quarter < 4; quarter++)
        {
            var (a, b, c, d) = Transpose(ref Unsafe.Add(ref from, 16 * quarter), offsets);
            ref var to = ref block[4 * quarter * Lanes];
            TLanes.Store(TLanes.ReverseBytes(a), ref to);
            TLanes.Store(TLanes.ReverseBytes(b), ref Unsafe.Add(ref to, Lanes));
            TLanes.Store(TLanes.ReverseBytes(c), ref Unsafe.Add(ref to, 2 * Lanes));
            TLanes.Store(TLanes.ReverseBytes(d), ref Unsafe.Add(ref to, 3 * Lanes));
        }
    }

    /// <summary>The same from two <see cref="Bytes32"/>: their 64-bit words hold the big-endian values, so on little-endian machines the 32-bit words are swapped in pairs.</summary>
    private static void ReadPairs(ref byte source, ReadOnlySpan<nint> offsets, Span<uint> block)
    {
        for (var quarter = 0; quarter < 4; quarter++)
        {
            var (a, b, c, d) = Transpose(ref Unsafe.Add(ref source, 16 * quarter), offsets);
            ref var to = ref block[4 * quarter * Lanes];
            TLanes.Store(b, ref to);
            TLanes.Store(a, ref Unsafe.Add(ref to, Lanes));
            TLanes.Store(d, ref Unsafe.Add(ref to, 2 * Lanes));
            TLanes.Store(c, ref Unsafe.Add(ref to, 3 * Lanes));
        }
    }

    /// <summary>Four words of every lane: within each group of four lanes, a square turned over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (TWords A, TWords B, TWords C, TWords D) Transpose(ref byte source, ReadOnlySpan<nint> offsets)
    {
        ref var offset = ref MemoryMarshal.GetReference(offsets);
        var row0 = TLanes.Gather(ref source, ref offset);
        var row1 = TLanes.Gather(ref source, ref Unsafe.Add(ref offset, 1));
        var row2 = TLanes.Gather(ref source, ref Unsafe.Add(ref offset, 2));
        var row3 = TLanes.Gather(ref source, ref Unsafe.Add(ref offset, 3));
        var low01 = TLanes.ZipLow(row0, row1);
        var low23 = TLanes.ZipLow(row2, row3);
        var high01 = TLanes.ZipHigh(row0, row1);
        var high23 = TLanes.ZipHigh(row2, row3);
        return (TLanes.PairLow(low01, low23), TLanes.PairHigh(low01, low23), TLanes.PairLow(high01, high23), TLanes.PairHigh(high01, high23));
    }

    private static void InsertTag(Span<uint> block)
    {
        var previous = TLanes.Create(NodeTag >> 24);
        for (var w = 0; w < BlockWords; w++)
        {
            var word = TLanes.Load(ref block[w * Lanes]);
            TLanes.Store(TLanes.OneByteEarlier(previous, word), ref block[w * Lanes]);
            previous = word;
        }
    }

    /// <summary>Block <paramref name="b"/> of each message where it holds more than data: head, data's end, padding.</summary>
    private static void WriteEdges(in Sha256Messages messages, int first, int count, int b, Span<byte> edge)
    {
        Span<byte> pattern = edge[..BlockSize];
        WritePattern(messages, b, pattern);
        var low = Vector256.Create<byte>(pattern);
        var high = Vector256.Create<byte>(pattern[Vector256<byte>.Count..]);
        for (var lane = 1; lane < count; lane++)
        {
            low.CopyTo(edge.Slice(lane * BlockSize, BlockSize));
            high.CopyTo(edge.Slice((lane * BlockSize) + Vector256<byte>.Count, Vector256<byte>.Count));
        }
        var block = b * BlockSize;
        for (var lane = 0; messages.PrefixSize > 0 && block < messages.HeadSize && lane < count; lane++)
            Place(messages.PrefixOf(first + lane), messages.TagSize - block, edge.Slice(lane * BlockSize, BlockSize));
        for (var lane = 0; block < messages.TotalLength && lane < count; lane++)
            Place(messages.DataOf(first + lane), messages.HeadSize - block, edge.Slice(lane * BlockSize, BlockSize));
    }

    /// <summary>What is the same in all messages: the tag, the bit after the end, and the number of bits.</summary>
    private static void WritePattern(in Sha256Messages messages, int b, Span<byte> pattern)
    {
        pattern.Clear();
        if (b == 0 && messages.Tag is { } tag)
            pattern[0] = tag;
        var end = messages.TotalLength - (b * BlockSize);
        if (end is >= 0 and < BlockSize)
            pattern[end] = 0x80;
        if (b == messages.Blocks - 1)
            BinaryPrimitives.WriteUInt64BigEndian(pattern[(BlockSize - sizeof(ulong))..], 8UL * (ulong)messages.TotalLength);
    }

    /// <summary>Copies what of <paramref name="piece"/>, which begins at <paramref name="at"/>, falls inside the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Place(ReadOnlySpan<byte> piece, int at, Span<byte> block)
    {
        var skip = Math.Max(0, -at);
        var size = Math.Min(piece.Length - skip, BlockSize - Math.Max(0, at));
        if (size > 0)
            Copy(piece.Slice(skip, size), block.Slice(Math.Max(0, at), size));
    }

    /// <summary>Copies at most a block, as two pieces that may overlap: a call for each message costs more than the bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Copy(ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (source.Length >= Vector256<byte>.Count)
        {
            var (first, last) = (Vector256.Create(source), Vector256.Create(source[^Vector256<byte>.Count..]));
            first.CopyTo(target);
            last.CopyTo(target[^Vector256<byte>.Count..]);
        }
        else if (source.Length >= Vector128<byte>.Count)
        {
            var (first, last) = (Vector128.Create(source), Vector128.Create(source[^Vector128<byte>.Count..]));
            first.CopyTo(target);
            last.CopyTo(target[^Vector128<byte>.Count..]);
        }
        else
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = source[i];
        }
    }
}
