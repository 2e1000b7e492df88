using System.IO.Pipelines;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using TeeTee.Grpc.Wire;

namespace TeeTee.Grpc.Server;

/// <summary>The answer of a call: headers once, frames in order, then the status.</summary>
internal sealed class ResponseStream(HttpResponse response, int maxBytes, CancellationToken callToken) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private bool _headersApplied;
    private bool _finished;

    /// <summary>Where the handler's response headers are taken from at the first message.</summary>
    public GrpcMetadata Headers { get; set; } = new();

    public async Task SendHeadersAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ThrowIfOver();
            ApplyHeaders();
            await response.StartAsync(cancellationToken);
            await response.BodyWriter.FlushAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask WriteAsync(IMessage message, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled || cancellationToken == callToken)
        {
            await WriteLinkedAsync(message, callToken);
            return;
        }

        using var linked = CancellationTokenSource.CreateLinkedTokenSource(callToken, cancellationToken);
        await WriteLinkedAsync(message, linked.Token);
    }

    /// <summary>Appends the only message of a call; it leaves together with the status.</summary>
    public void WriteLast(IMessage message)
    {
        ThrowIfOver();
        ApplyHeaders();
        FrameCodec.Write(response.BodyWriter, message, maxBytes);
    }

    /// <summary>Ends the call with a status; without headers and messages before it as Trailers-Only.</summary>
    public async Task FinishAsync(GrpcStatus status, GrpcMetadata trailers)
    {
        await _gate.WaitAsync(CancellationToken.None);
        _finished = true;
        _gate.Release();
        bool trailersOnly = !_headersApplied && !status.IsOk && Headers.Count == 0;
        if (!trailersOnly)
            ApplyHeaders();
        foreach ((string name, string value) in StatusLines(status, trailers))
        {
            if (trailersOnly)
                response.Headers.Append(name, value);
            else
                response.AppendTrailer(name, value);
        }
    }

    public void Dispose() => _gate.Dispose();

    private static IEnumerable<(string Name, string Value)> StatusLines(GrpcStatus status, GrpcMetadata trailers)
    {
        yield return (HeaderNames.Status, ((int)status.Code).ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (status.Message.Length > 0)
            yield return (HeaderNames.Message, StatusMessage.Encode(status.Message));
        foreach (GrpcMetadataEntry entry in trailers)
            yield return (entry.Key, MetadataCodec.ToHeader(entry));
    }

    private async ValueTask WriteLinkedAsync(IMessage message, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ThrowIfOver();
            ApplyHeaders();
            FrameCodec.Write(response.BodyWriter, message, maxBytes);
            FlushResult flushed = await response.BodyWriter.FlushAsync(cancellationToken);
            if (flushed.IsCompleted || flushed.IsCanceled)
                throw new OperationCanceledException("The client no longer reads.");
        }
        finally
        {
            _gate.Release();
        }
    }

    private void ApplyHeaders()
    {
        if (_headersApplied)
            return;
        _headersApplied = true;
        foreach (GrpcMetadataEntry entry in Headers)
            response.Headers.Append(entry.Key, MetadataCodec.ToHeader(entry));
    }

    private void ThrowIfOver()
    {
        callToken.ThrowIfCancellationRequested();
        if (_finished)
            throw new InvalidOperationException("The handler has returned; its call takes no more messages.");
    }
}
