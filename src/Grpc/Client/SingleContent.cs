using System.IO.Pipelines;
using System.Net;
using Google.Protobuf;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Client;

/// <summary>A request of one message.</summary>
internal sealed class SingleContent(IMessage message, int maxBytes) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        PipeWriter writer = PipeWriter.Create(stream, Streams.Writing);
        FrameCodec.Write(writer, message, maxBytes);
        await writer.FlushAsync(cancellationToken);
        await writer.CompleteAsync();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
