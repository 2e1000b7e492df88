using System.Buffers.Binary;

namespace TeeTee.Inference.Gguf;

/// <summary>A forward cursor over a source that names stage and offset in every failure.</summary>
internal sealed class GgufReader(IGgufSource source)
{
    private readonly byte[] _window = new byte[64 * 1024];
    private long _windowStart;
    private int _windowLength;

    public GgufStage Stage { get; set; } = GgufStage.Header;

    public long Position { get; private set; }

    public long Remaining => source.Length - Position;

    public byte ReadByte() => Take(1, "a byte")[0];

    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2, "a 16-bit integer"));

    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4, "a 32-bit integer"));

    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8, "a 64-bit integer"));

    /// <summary>Reads a length and checks it against a cap and against what is left of the file.</summary>
    public int ReadLength(int cap, string what)
    {
        long at = Position;
        ulong length = ReadUInt64();
        if (length > (ulong)cap)
            throw Fault(at, $"{what} claims {length} bytes, at most {cap} are accepted");
        if (length > (ulong)Remaining)
            throw Fault(at, $"{what} claims {length} bytes, the file has {Remaining} left");
        return (int)length;
    }

    public byte[] ReadString(int cap, string what)
    {
        byte[] bytes = new byte[ReadLength(cap, what)];
        ReadInto(bytes, what);
        return bytes;
    }

    public void ReadInto(Span<byte> destination, string what)
    {
        if (destination.Length > Remaining)
            throw Fault(Position, $"the file ends inside {what}");
        while (destination.Length > 0)
        {
            ReadOnlySpan<byte> part = Take(Math.Min(destination.Length, _window.Length), what);
            part.CopyTo(destination);
            destination = destination[part.Length..];
        }
    }

    public GgufException Fault(long offset, string cause) => new(Stage, offset, cause);

    private ReadOnlySpan<byte> Take(int count, string what)
    {
        if (count > Remaining)
            throw Fault(Position, $"the file ends inside {what}");
        if (Position < _windowStart || Position + count > _windowStart + _windowLength)
            Fill();
        ReadOnlySpan<byte> taken = _window.AsSpan((int)(Position - _windowStart), count);
        Position += count;
        return taken;
    }

    private void Fill()
    {
        _windowStart = Position;
        _windowLength = (int)Math.Min(_window.Length, Remaining);
        try
        {
            source.Read(Position, _window.AsSpan(0, _windowLength));
        }
        catch (EndOfStreamException exception)
        {
            throw Fault(Position, exception.Message);
        }
    }
}
