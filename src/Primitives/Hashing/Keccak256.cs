using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace TeeTee.Primitives;

/// <summary>Keccak-256 as Ethereum uses it (the padding byte 0x01 of the original submission, not SHA-3's 0x06).</summary>
public sealed class Keccak256
{
    private const int Rate = 136;

    private readonly ulong[] _state = new ulong[25];
    private readonly byte[] _block = new byte[Rate];
    private int _filled;

    /// <summary>The hash of <paramref name="data"/>.</summary>
    public static Bytes32 Hash(ReadOnlySpan<byte> data)
    {
        Span<ulong> state = stackalloc ulong[25];
        state.Clear();
        for (; data.Length >= Rate; data = data[Rate..])
            Absorb(state, data);
        Span<byte> last = stackalloc byte[Rate];
        last.Clear();
        data.CopyTo(last);
        return Pad(state, last, data.Length);
    }

    /// <summary>Adds <paramref name="data"/> to the message.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        while (_filled + data.Length >= Rate)
        {
            var take = Rate - _filled;
            data[..take].CopyTo(_block.AsSpan(_filled));
            Absorb(_state, _block);
            data = data[take..];
            _filled = 0;
        }
        data.CopyTo(_block.AsSpan(_filled));
        _filled += data.Length;
    }

    /// <summary>The hash of what was appended; the message starts empty again.</summary>
    public Bytes32 Finish()
    {
        _block.AsSpan(_filled).Clear();
        var hash = Pad(_state, _block, _filled);
        Array.Clear(_state);
        _filled = 0;
        return hash;
    }

    private static Bytes32 Pad(Span<ulong> state, Span<byte> last, int filled)
    {
        last[filled] = 0x01;
        last[Rate - 1] |= 0x80;
        Absorb(state, last);
        Span<byte> hash = stackalloc byte[Bytes32.Size];
        for (var i = 0; i < 4; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(hash[(8 * i)..], state[i]);
        return new Bytes32(hash);
    }

    private static void Absorb(Span<ulong> state, ReadOnlySpan<byte> block)
    {
        if (BitConverter.IsLittleEndian)
        {
            var words = MemoryMarshal.Cast<byte, ulong>(block[..Rate]);
            for (var i = 0; i < words.Length; i++)
                state[i] ^= words[i];
        }
        else
        {
            for (var i = 0; i < Rate / 8; i++)
                state[i] ^= BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }
        KeccakF1600.Permute(state);
    }
}
