using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace TeeTee.Attestation.Sources;

/// <summary>JSON over HTTP/1.1 over the unix socket of a guest agent: one bounded answer within a deadline; every failure is an <see cref="IOException"/>.</summary>
internal sealed class AgentTransport : IDisposable
{
    private const int MaxAnswerBytes = 4 << 20;
    private const int MaxErrorText = 200;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(30);
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly string _socket;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;

    /// <exception cref="ArgumentException">The path is empty or too long for a unix socket.</exception>
    public AgentTransport(string socket, TimeProvider clock)
    {
        ArgumentException.ThrowIfNullOrEmpty(socket);
        ArgumentNullException.ThrowIfNull(clock);
        UnixDomainSocketEndPoint endPoint = new(socket);
        (_socket, _clock) = (socket, clock);
        SocketsHttpHandler handler = new()
        {
            ConnectCallback = (_, cancellationToken) => ConnectAsync(endPoint, cancellationToken),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            MaxResponseHeadersLength = 16,
        };
        // The host part reaches nobody: every connection goes to the socket.
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://agent"), Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Posts a request.</summary>
    /// <returns>Status 200 with the body, or another status with the start of the body.</returns>
    public async Task<(HttpStatusCode Status, byte[] Body)> PostAsync(string path, byte[] request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(s_deadline, _clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using ByteArrayContent content = new(request);
            content.Headers.ContentType = s_json;
            using HttpRequestMessage message = new(HttpMethod.Post, path) { Content = content };
            using HttpResponseMessage response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            return (response.StatusCode, await ReadAsync(response, path, linked.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException cause) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"{_socket} did not answer {path} within {s_deadline.TotalSeconds:0} s.", cause);
        }
        catch (HttpRequestException fault)
        {
            throw new IOException($"{_socket} cannot be asked for {path}: {fault.Message}", fault);
        }
    }

    /// <summary>The fault that a status other than 200 is; agents write their reason into the body.</summary>
    public IOException Refusal(string path, HttpStatusCode status, byte[] body)
    {
        string text = Encoding.UTF8.GetString(body.AsSpan(0, Math.Min(body.Length, MaxErrorText)));
        string printable = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
        return new IOException($"{_socket} answered {path} with status {(int)status}: {printable}");
    }

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectAsync(UnixDomainSocketEndPoint endPoint, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, string path, CancellationToken cancellationToken)
    {
        using MemoryStream body = new();
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] buffer = new byte[16 * 1024];
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (body.Length + read > MaxAnswerBytes)
                    throw new IOException($"{_socket} answered {path} with more than {MaxAnswerBytes} bytes.");
                body.Write(buffer, 0, read);
            }
        }
        return body.ToArray();
    }
}
