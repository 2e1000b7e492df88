using System.IO.Pipelines;

namespace TeeTee.Grpc.Client;

/// <summary>Pipes over the streams of HttpClient, which stay HttpClient's to close.</summary>
internal static class Streams
{
    public static StreamPipeWriterOptions Writing { get; } = new(minimumBufferSize: 16 * 1024, leaveOpen: true);

    public static StreamPipeReaderOptions Reading { get; } =
        new(bufferSize: 32 * 1024, minimumReadSize: 4 * 1024, leaveOpen: true);
}
