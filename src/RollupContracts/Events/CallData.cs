using System.Buffers.Binary;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>
/// Reads call data as the contracts' compiler does: offsets are followed wherever they lead, those of nested arrays backwards too; gaps, shared tails and
/// bytes behind the end are nobody's concern, and a length that lies outside of the data is zero. Call data in events is written by whoever made the call, so
/// a reader that demands more than the contract did could be silenced. Positions count from the start of the call, its selector included.
/// </summary>
internal readonly ref struct CallData
{
    private const int Selector = 4;
    private const int Word = Bytes32.Size;

    // More words than any transaction's calldata has, however often its tails are shared.
    private const int MostHashes = 1 << 20;

    private readonly ReadOnlySpan<byte> _call;

    /// <param name="call">With its selector.</param>
    public CallData(ReadOnlySpan<byte> call) => _call = call;

    /// <summary>Words [index, index + count) of the head.</summary>
    /// <exception cref="MalformedDataException">The data ends before.</exception>
    public ReadOnlySpan<byte> Head(int index, int count) => Slice(Selector + ((long)index * Word), count);

    /// <summary>Where the dynamic argument begins whose offset is word <paramref name="index"/> of the head. Offsets of the head never lead backwards.</summary>
    public long TailOf(int index)
    {
        ReadOnlySpan<byte> word = Head(index, 1);
        ulong value = BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
        return word[..24].IndexOfAnyExcept((byte)0) < 0 && value <= (ulong)_call.Length
            ? Selector + (long)value
            : throw new MalformedDataException($"The offset in word {index} leads out of {_call.Length} bytes.");
    }

    /// <summary>A hash.</summary>
    public Bytes32 HashAt(long position) => new(Slice(position, 1));

    /// <summary>The bytes32[] whose offset from <paramref name="origin"/> stands at <paramref name="position"/>.</summary>
    public Bytes32[] NestedAt(long position, long origin)
    {
        ReadOnlySpan<byte> word = Slice(position, 1);
        long offset = BinaryPrimitives.ReadInt64BigEndian(word[24..]);
        bool isNear = word[..24].IndexOfAnyExcept(offset < 0 ? (byte)0xFF : (byte)0) < 0;
        // Further away than any number of bytes: forwards the contract refuses it, backwards there is nothing, which is a length of zero.
        if (!isNear && (word[0] & 0x80) == 0)
            throw new MalformedDataException($"The offset at byte {position} leads out of {_call.Length} bytes.");
        return isNear ? HashesAt(origin + offset) : [];
    }

    /// <summary>A bytes32[][] whose length stands at <paramref name="position"/>.</summary>
    public Bytes32[][] GroupsAt(long position)
    {
        Bytes32[][] groups = new Bytes32[CountAt(position)][];
        long origin = position + Word;
        long total = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = NestedAt(origin + ((long)i * Word), origin);
            total += groups[i].Length;
            if (total > MostHashes)
                throw new MalformedDataException($"More than {MostHashes} entries.");
        }
        return groups;
    }

    private Bytes32[] HashesAt(long position)
    {
        int count = CountAt(position);
        if (count == 0)
            return [];
        ReadOnlySpan<byte> words = Slice(position + Word, count);
        Bytes32[] hashes = new Bytes32[count];
        for (int i = 0; i < count; i++)
            hashes[i] = new Bytes32(words.Slice(i * Word, Word));
        return hashes;
    }

    // A length whose word is not in the data is read as zeros from where the data ends, as calldataload does.
    private int CountAt(long position)
    {
        if (position < 0 || position >= _call.Length)
            return 0;
        Span<byte> word = stackalloc byte[Word];
        word.Clear();
        ReadOnlySpan<byte> there = _call[(int)position..];
        there[..Math.Min(Word, there.Length)].CopyTo(word);
        ulong count = BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
        return word[..24].IndexOfAnyExcept((byte)0) < 0 && count <= (ulong)(_call.Length / Word)
            ? (int)count
            : throw new MalformedDataException($"The length at byte {position} passes {_call.Length} bytes.");
    }

    private ReadOnlySpan<byte> Slice(long position, int words) => position >= 0 && position <= _call.Length - ((long)words * Word)
        ? _call.Slice((int)position, words * Word)
        : throw new MalformedDataException($"{words} words at byte {position} pass the end at {_call.Length}.");
}
