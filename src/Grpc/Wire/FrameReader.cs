using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;

namespace TeeTee.Grpc.Wire;

/// <summary>
/// Reads messages off a pipe, one at a time. It asks for more bytes only while a message within the limit is
/// incomplete, so that a slow consumer leaves the peer's flow-control window closed.
/// </summary>
internal sealed class FrameReader(PipeReader input, int maxBytes)
{
    /// <summary>The next message, or null at the end of the stream.</summary>
    /// <exception cref="GrpcException">
    /// RESOURCE_EXHAUSTED for a message over the limit, INTERNAL for a broken frame or message.
    /// </exception>
    public async ValueTask<T?> ReadAsync<T>(MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T>
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            FrameState state = FrameCodec.TryRead(ref buffer, maxBytes, out ReadOnlySequence<byte> message);
            if (state == FrameState.Complete)
                return Consume(parser, message, buffer.Start);
            if (state != FrameState.Incomplete)
                throw Fail(state, result.Buffer.End);
            input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
                return buffer.IsEmpty ? null : throw Broken("The stream ended inside a message.");
        }
    }

    /// <summary>Gives the buffers back; nothing may be reading.</summary>
    public void Complete() => input.Complete();

    private T Consume<T>(MessageParser<T> parser, ReadOnlySequence<byte> message, SequencePosition end)
        where T : class, IMessage<T>
    {
        try
        {
            return parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw Broken("A message cannot be parsed.", e);
        }
        finally
        {
            input.AdvanceTo(end);
        }
    }

    private GrpcException Fail(FrameState state, SequencePosition end)
    {
        input.AdvanceTo(end);
        return state switch
        {
            FrameState.TooLarge => FrameCodec.Oversize("receive", null, maxBytes),
            FrameState.Compressed => Broken("A message is marked compressed in a stream without compression."),
            _ => Broken("A message starts with an unknown flag."),
        };
    }

    private static GrpcException Broken(string message, Exception? inner = null) =>
        new(GrpcStatusCode.Internal, message, null, inner);
}
