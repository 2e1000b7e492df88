namespace TeeTee.Gateway.Jobs;

/// <summary>
/// The bytes of an event stream under two bounds: an event is at most so long, and the sender may be silent at most so long (keep-alive
/// comments count as bytes). Past either the stream counts as broken.
/// </summary>
internal sealed class EventByteStream(Stream inner, int mostEventBytes, TimeSpan mostSilence, TimeProvider clock) : Stream
{
    private int _eventBytes;
    private byte _last;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource silence = new(mostSilence, clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        try
        {
            int read = await inner.ReadAsync(buffer, either.Token).ConfigureAwait(false);
            Count(buffer.Span[..read]);
            return read;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"Nothing came for {mostSilence.TotalSeconds} s.");
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private void Count(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            // An event ends with an empty line; CR is no part of it in what a sequencer sends.
            _eventBytes = value == (byte)'\n' && _last == (byte)'\n' ? 0 : _eventBytes + 1;
            _last = value;
            if (_eventBytes > mostEventBytes)
                throw new IOException($"An event is longer than {mostEventBytes} bytes.");
        }
    }
}
