using System.IO.Pipelines;
using System.Net;
using Google.Protobuf;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Client;

/// <summary>A request stream that is written while the response is read.</summary>
internal sealed class PushContent(int maxBytes) : HttpContent
{
    private readonly TaskCompletionSource<PipeWriter> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Sends one message; completes when the flow-control window has taken it.</summary>
    public async ValueTask WriteAsync(IMessage message, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            PipeWriter writer = await _opened.Task.WaitAsync(cancellationToken);
            if (_completed.Task.IsCompletedSuccessfully)
                throw new InvalidOperationException("The requests of the call are complete; no more can be written.");
            FrameCodec.Write(writer, message, maxBytes);
            await writer.FlushAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the stream cleanly, behind the messages already written.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_opened.Task.IsCompletedSuccessfully)
                await (await _opened.Task).CompleteAsync();
            _completed.TrySetResult();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the stream by a reset, never by what the server would take for its clean end.</summary>
    public void Abort()
    {
        _opened.TrySetCanceled();
        _completed.TrySetCanceled();
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The headers leave with the first flush; a server may have to answer before the first message.
        await stream.FlushAsync(cancellationToken);
        if (!_opened.TrySetResult(PipeWriter.Create(stream, Streams.Writing)))
            throw new IOException("A request stream cannot be sent a second time.");
        await _completed.Task.WaitAsync(cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
