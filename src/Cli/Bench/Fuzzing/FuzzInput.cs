using System.Buffers.Binary;

namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary>Makes inputs: mostly good ones with a few changes, sometimes noise, sometimes one piece repeated up to 64 kB. One instance serves one thread.</summary>
internal sealed class FuzzInput
{
    /// <summary>Most bytes of an input.</summary>
    public const int MaxSize = 65_536;

    private readonly byte[] _buffer = new byte[MaxSize];
    private int _length;

    /// <summary>The input of a number; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Make(FuzzTarget target, ulong seed, ulong index)
    {
        FuzzRandom random = new(seed, index);
        switch (random.Next(64))
        {
            case 0:
                Noise(ref random);
                break;
            case 1:
                Repeat(target, ref random);
                break;
            default:
                Load(target.Seeds[random.Next(target.Seeds.Count)]);
                for (int changes = 1 + random.Next(6); changes > 0; changes--)
                    Change(target, ref random);
                break;
        }
        return _buffer.AsMemory(0, _length);
    }

    private void Load(ReadOnlySpan<byte> bytes)
    {
        _length = Math.Min(bytes.Length, MaxSize);
        bytes[.._length].CopyTo(_buffer);
    }

    private void Noise(ref FuzzRandom random)
    {
        _length = random.Next(random.Next(16) == 0 ? MaxSize : 2_048);
        for (int i = 0; i < _length; i++)
            _buffer[i] = (byte)random.Next();
    }

    private void Repeat(FuzzTarget target, ref FuzzRandom random)
    {
        ReadOnlySpan<byte> piece = random.Next(2) == 0
            ? target.Tokens[random.Next(target.Tokens.Count)]
            : PieceOf(target, ref random);
        Load(target.Seeds[random.Next(target.Seeds.Count)]);
        int at = random.Next(_length + 1);
        int end = random.Next(4) == 0 ? MaxSize : Math.Min(MaxSize, at + random.Next(4_096));
        for (_length = at; _length + piece.Length <= end; _length += piece.Length)
            piece.CopyTo(_buffer.AsSpan(_length));
    }

    private static ReadOnlySpan<byte> PieceOf(FuzzTarget target, ref FuzzRandom random)
    {
        byte[] seed = target.Seeds[random.Next(target.Seeds.Count)];
        int start = random.Next(seed.Length);
        return seed.AsSpan(start, 1 + random.Next(Math.Min(64, seed.Length - start)));
    }

    private void Change(FuzzTarget target, ref FuzzRandom random)
    {
        if (_length == 0)
        {
            Load(target.Seeds[0]);
            return;
        }
        int at = random.Next(_length);
        switch (random.Next(10))
        {
            case 0:
                _buffer[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                _buffer[at] = (byte)random.Next();
                break;
            case 2:
                _buffer[at] = s_edges[random.Next(s_edges.Length)];
                break;
            case 3:
                WriteNumber(at, ref random);
                break;
            case 4:
                Remove(at, 1 + random.Next(Math.Min(_length - at, 1 << random.Next(10))));
                break;
            case 5:
                Insert(at, PieceOf(target, ref random));
                break;
            case 6:
                Insert(at, target.Tokens[random.Next(target.Tokens.Count)]);
                break;
            case 7:
                Overwrite(at, target.Tokens[random.Next(target.Tokens.Count)]);
                break;
            case 8:
                Overwrite(at, PieceOf(target, ref random));
                break;
            default:
                _length = random.Next(4) == 0 ? at : _length;
                break;
        }
    }

    private static readonly byte[] s_edges = [0x00, 0x01, 0x7F, 0x80, 0xFF, 0x30, 0x82, (byte)'"', (byte)'\\', (byte)'{', (byte)'-'];

    private void WriteNumber(int at, ref FuzzRandom random)
    {
        if (_length - at < sizeof(uint))
            return;
        uint value = random.Next(3) switch { 0 => (uint)random.Next(), 1 => (uint)random.Next(_length), _ => uint.MaxValue - (uint)random.Next(8) };
        if (random.Next(2) == 0)
            BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(at), value);
        else
            BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(at), (ushort)value);
    }

    private void Remove(int at, int count)
    {
        _buffer.AsSpan(at + count, _length - at - count).CopyTo(_buffer.AsSpan(at));
        _length -= count;
    }

    private void Insert(int at, ReadOnlySpan<byte> piece)
    {
        if (_length + piece.Length > MaxSize)
            return;
        _buffer.AsSpan(at, _length - at).CopyTo(_buffer.AsSpan(at + piece.Length));
        piece.CopyTo(_buffer.AsSpan(at));
        _length += piece.Length;
    }

    private void Overwrite(int at, ReadOnlySpan<byte> piece) =>
        piece[..Math.Min(piece.Length, _length - at)].CopyTo(_buffer.AsSpan(at));
}
