using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace TeeTee.Grpc.Wire;

/// <summary>Length-prefixed messages: one flag byte, four bytes of big-endian length, the message.</summary>
internal static class FrameCodec
{
    public const int PrefixLength = 5;

    // One rented block for most messages; a longer one continues in the writer's own blocks.
    private const int MaxSizeHint = 64 * 1024;

    /// <summary>
    /// Takes one frame off the front. The length is judged as soon as the prefix is there, before any of the
    /// message is waited for.
    /// </summary>
    /// <param name="buffer">What has arrived; starts behind the frame afterwards when one was complete.</param>
    /// <param name="maxBytes">The longest message that is accepted.</param>
    /// <param name="message">The message's bytes inside the buffer.</param>
    public static FrameState TryRead(ref ReadOnlySequence<byte> buffer, int maxBytes, out ReadOnlySequence<byte> message)
    {
        message = default;
        if (buffer.Length < PrefixLength)
            return FrameState.Incomplete;
        Span<byte> prefix = stackalloc byte[PrefixLength];
        buffer.Slice(0, PrefixLength).CopyTo(prefix);
        if (prefix[0] != 0)
            return prefix[0] == 1 ? FrameState.Compressed : FrameState.BadFlag;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (length > (uint)maxBytes)
            return FrameState.TooLarge;
        if (buffer.Length - PrefixLength < length)
            return FrameState.Incomplete;
        message = buffer.Slice(PrefixLength, length);
        buffer = buffer.Slice(message.End);
        return FrameState.Complete;
    }

    /// <summary>Serializes one frame straight into a writer's memory.</summary>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED: the message is over the limit; nothing was written.</exception>
    public static void Write(IBufferWriter<byte> output, IMessage message, int maxBytes)
    {
        int size = message.CalculateSize();
        if (size > maxBytes)
            throw Oversize("send", size, maxBytes);
        Span<byte> prefix = output.GetSpan(PrefixLength + Math.Min(size, MaxSizeHint));
        prefix[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], (uint)size);
        output.Advance(PrefixLength);
        message.WriteTo(output);
    }

    public static GrpcException Oversize(string direction, long? size, int maxBytes) => new(
        GrpcStatusCode.ResourceExhausted,
        $"A message{(size is null ? "" : $" of {size} bytes")} is over the {direction} limit of {maxBytes} bytes.");
}
