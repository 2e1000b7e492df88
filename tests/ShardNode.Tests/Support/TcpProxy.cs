using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>Somebody on the wire between two shards, who keeps every byte of both directions.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<MemoryStream> _seen = [];
    private readonly int _target;
    private readonly Task _accepting;

    public TcpProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Each direction of each connection so far.</summary>
    public IReadOnlyList<byte[]> Seen => [.. _seen.Select(Copy)];

    public bool Saw(ReadOnlySpan<byte> pattern)
    {
        foreach (byte[] stream in Seen)
        {
            if (stream.AsSpan().IndexOf(pattern) >= 0)
                return true;
        }
        return false;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static byte[] Copy(MemoryStream stream)
    {
        lock (stream)
            return stream.ToArray();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        using (TcpClient server = new())
        {
            await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client));
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to)
    {
        MemoryStream seen = new();
        _seen.Add(seen);
        byte[] buffer = new byte[64 * 1024];
        while (await from.GetStream().ReadAsync(buffer, _stop.Token) is > 0 and var read)
        {
            lock (seen)
                seen.Write(buffer, 0, read);
            await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }
}
