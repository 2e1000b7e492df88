using System.Buffers.Binary;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>
/// Reads call data as the contracts' compiler does: offsets are followed wherever they lead inside the data; gaps, shared tails and bytes behind the end
/// are nobody's concern. Call data in events is written by whoever made the call, so a reader that demands more than the contract did could be silenced.
/// </summary>
internal readonly ref struct CallData
{
    private const int Selector = 4;
    private const int Word = Bytes32.Size;

    // More words than any transaction's calldata has, however often its tails are shared.
    private const int MostHashes = 1 << 20;

    private readonly ReadOnlySpan<byte> _arguments;

    /// <param name="call">With its selector.</param>
    /// <exception cref="MalformedDataException">Shorter than a selector.</exception>
    public CallData(ReadOnlySpan<byte> call) => _arguments = call.Length >= Selector
        ? call[Selector..]
        : throw new MalformedDataException($"{call.Length} bytes of call data.");

    /// <summary>Words [index, index + count) of the head.</summary>
    /// <exception cref="MalformedDataException">The data ends before.</exception>
    public ReadOnlySpan<byte> Head(int index, int count) => Slice((long)index * Word, count);

    /// <summary>Where the dynamic argument begins whose offset is word <paramref name="index"/> of the head.</summary>
    public long TailOf(int index) => OffsetAt((long)index * Word);

    /// <summary>A hash.</summary>
    public Bytes32 HashAt(long position) => new(Slice(position, 1));

    /// <summary>A bytes32[] whose length stands at <paramref name="position"/>.</summary>
    public Bytes32[] HashesAt(long position)
    {
        int count = CountAt(position);
        ReadOnlySpan<byte> words = Slice(position + Word, count);
        Bytes32[] hashes = new Bytes32[count];
        for (int i = 0; i < count; i++)
            hashes[i] = new Bytes32(words.Slice(i * Word, Word));
        return hashes;
    }

    /// <summary>A bytes32[][] whose length stands at <paramref name="position"/>.</summary>
    public Bytes32[][] GroupsAt(long position)
    {
        Bytes32[][] groups = new Bytes32[CountAt(position)][];
        long total = 0;
        for (int i = 0; i < groups.Length; i++)
        {
            groups[i] = HashesAt(position + Word + OffsetAt(position + Word + ((long)i * Word)));
            total += groups[i].Length;
            if (total > MostHashes)
                throw new MalformedDataException($"More than {MostHashes} entries.");
        }
        return groups;
    }

    /// <summary>The offset in the word at <paramref name="position"/>.</summary>
    public long OffsetAt(long position)
    {
        ReadOnlySpan<byte> word = Slice(position, 1);
        ulong value = BinaryPrimitives.ReadUInt64BigEndian(word[24..]);
        return word[..24].IndexOfAnyExcept((byte)0) < 0 && value <= (ulong)_arguments.Length
            ? (long)value
            : throw new MalformedDataException($"An offset or length at byte {position} leads out of {_arguments.Length} bytes.");
    }

    // A length is bounded like an offset: what it counts has a word each.
    private int CountAt(long position)
    {
        long count = OffsetAt(position);
        return count * Word <= _arguments.Length
            ? (int)count
            : throw new MalformedDataException($"{count} words at byte {position} of {_arguments.Length}.");
    }

    private ReadOnlySpan<byte> Slice(long position, int words) => position >= 0 && position + ((long)words * Word) <= _arguments.Length
        ? _arguments.Slice((int)position, words * Word)
        : throw new MalformedDataException($"{words} words at byte {position} pass the end at {_arguments.Length}.");
}
