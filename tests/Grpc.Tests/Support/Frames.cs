using System.Buffers;
using Google.Protobuf;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Tests.Support;

internal static class Frames
{
    public static byte[] Of(params IMessage[] messages)
    {
        ArrayBufferWriter<byte> output = new();
        foreach (IMessage message in messages)
            FrameCodec.Write(output, message, int.MaxValue);
        return output.WrittenSpan.ToArray();
    }

    /// <summary>The bytes as a sequence of segments of the given length.</summary>
    public static ReadOnlySequence<byte> Split(ReadOnlyMemory<byte> bytes, int segmentLength)
    {
        Segment first = new(bytes[..Math.Min(segmentLength, bytes.Length)], 0);
        Segment last = first;
        for (int i = segmentLength; i < bytes.Length; i += segmentLength)
            last = last.Append(bytes[i..Math.Min(i + segmentLength, bytes.Length)]);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, long start) => (Memory, RunningIndex) = (memory, start);

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            Segment next = new(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}
