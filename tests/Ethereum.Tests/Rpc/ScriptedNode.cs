using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TeeTee.Ethereum.Tests.Rpc;

/// <summary>A TCP server that answers each HTTP request with the next line of a script: the faults that a real node does not show on demand.</summary>
internal sealed class ScriptedNode : IAsyncDisposable
{
    /// <summary>Answers nothing and keeps the connection open.</summary>
    public const string Silence = "silence";

    /// <summary>Closes the connection without an answer.</summary>
    public const string Reset = "reset";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<string> _script;
    private readonly List<TcpClient> _open = [];
    private readonly Task _serving;

    public ScriptedNode(params string[] script)
    {
        _script = new Queue<string>(script);
        _listener.Start();
        Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v2/secret-api-key");
        _serving = ServeAsync();
    }

    public Uri Endpoint { get; }

    public List<string> Requests { get; } = [];

    /// <summary>An HTTP answer with this status and body.</summary>
    public static string Http(int status, string body, string headers = "") =>
        $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n{headers}Connection: close\r\n\r\n{body}";

    /// <summary>A successful result.</summary>
    public static string Result(string json) => Http(200, $$$"""{"jsonrpc":"2.0","id":0,"result":{{{json}}}}""");

    /// <summary>An error of the node.</summary>
    public static string Error(int code, string message) =>
        Http(200, $$$"""{"jsonrpc":"2.0","id":0,"error":{"code":{{{code}}},"message":"{{{message}}}"}}""");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        _open.ForEach(client => client.Dispose());
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _open.Add(client);
                Requests.Add(await ReadRequestAsync(client.GetStream()));
                var answer = _script.Dequeue();
                if (answer == Silence)
                    continue;
                if (answer != Reset)
                    await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(answer), _stop.Token);
                client.Dispose();
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task<string> ReadRequestAsync(NetworkStream stream)
    {
        StringBuilder text = new();
        var buffer = new byte[4096];
        while (true)
        {
            var read = await stream.ReadAsync(buffer, _stop.Token);
            text.Append(Encoding.UTF8.GetString(buffer, 0, read));
            var request = text.ToString();
            var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (read == 0)
                return request;
            if (end < 0)
                continue;
            var header = request.Split("\r\n").First(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase));
            if (request.Length - end - 4 >= int.Parse(header.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture))
                return request[(end + 4)..];
        }
    }
}
