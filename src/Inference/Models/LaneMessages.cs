using System.Runtime.Intrinsics;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models;

/// <summary>
/// Sixteen messages of one length for SHA-256, written a word of each at a time and hashed block by block. They begin with a byte (the tag of a
/// Merkle leaf), so words never fall on words of the hash: what is left of one waits for the next.
/// </summary>
internal ref struct LaneMessages
{
    private const int WordBits = 32;

    private readonly Span<uint> _state;
    private readonly Span<uint> _block;
    private Vector512<uint> _waiting;
    private int _waitingBits;
    private int _word;
    private ulong _bits;

    /// <param name="state">Room for <see cref="Sha256Lanes.StateLength"/> elements.</param>
    /// <param name="block">Room for <see cref="Sha256Lanes.BlockLength"/> elements.</param>
    /// <param name="tag">The first byte of each message.</param>
    public LaneMessages(Span<uint> state, Span<uint> block, byte tag)
    {
        _state = state;
        _block = block[..Sha256Lanes.BlockLength];
        _waiting = Vector512.Create((uint)tag << 24);
        (_waitingBits, _bits) = (8, 8);
        Sha256Lanes.Start(state);
    }

    /// <summary>Four bytes of each message, as big-endian values.</summary>
    public void Add(Vector512<uint> words)
    {
        Put(_waiting | (words >> _waitingBits));
        _waiting = words << (WordBits - _waitingBits);
        _bits += WordBits;
    }

    /// <summary>The same value to all.</summary>
    public void Add(uint word) => Add(Vector512.Create(word));

    /// <summary>Two bytes of each message, as big-endian values below 2^16.</summary>
    public void AddHalf(Vector512<uint> halves)
    {
        int end = _waitingBits + 16;
        _bits += 16;
        if (end < WordBits)
        {
            _waiting |= halves << (WordBits - end);
            _waitingBits = end;
            return;
        }
        _waitingBits = end - WordBits;
        Put(_waiting | (halves >> _waitingBits));
        _waiting = halves << (WordBits - _waitingBits);
    }

    /// <summary>Pads the messages and gives the hashes of the first ones.</summary>
    public void Finish(Span<Bytes32> hashes)
    {
        Put(_waiting | Vector512.Create(0x80000000 >> _waitingBits));
        while (_word != Sha256Lanes.BlockWords - 2)
            Put(Vector512<uint>.Zero);
        Put(Vector512.Create((uint)(_bits >> WordBits)));
        Put(Vector512.Create((uint)_bits));
        Sha256Lanes.Finish(_state, hashes);
    }

    private void Put(Vector512<uint> words)
    {
        words.CopyTo(_block[(_word * Sha256Lanes.Count)..]);
        if (++_word != Sha256Lanes.BlockWords)
            return;
        _word = 0;
        Sha256Lanes.Compress(_state, _block);
    }
}
