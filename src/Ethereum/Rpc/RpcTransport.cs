using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace TeeTee.Ethereum;

/// <summary>One HTTP exchange with a deadline and a bounded answer; every failure is an <see cref="RpcTransportException"/>.</summary>
internal sealed class RpcTransport : IDisposable
{
    private static readonly MediaTypeHeaderValue s_json = new("application/json");

    private readonly Uri _endpoint;
    private readonly HttpClient _http;
    private readonly JsonRpcOptions _options;
    private readonly TimeProvider _time;

    public RpcTransport(Uri endpoint, HttpMessageHandler handler, JsonRpcOptions options, TimeProvider time)
    {
        (_endpoint, _options, _time) = (endpoint, options, time);
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<JsonRpcOutcome[]> ExchangeAsync(
        IReadOnlyList<JsonRpcCall> calls, byte[] request, bool isBatch, CancellationToken cancellationToken)
    {
        var method = calls.Count == 1 ? calls[0].Method : $"batch of {calls.Count}";
        using CancellationTokenSource deadline = new(_options.Timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using ByteArrayContent content = new(request);
            content.Headers.ContentType = s_json;
            using HttpRequestMessage message = new(HttpMethod.Post, _endpoint) { Content = content };
            using var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            var body = await ReadAsync(response, method, linked.Token);
            return Parse(calls, response, body, isBatch, method);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Fault(RpcFault.TimedOut, method, $"no answer within {_options.Timeout.TotalSeconds:0.###} s.", e);
        }
        catch (HttpRequestException e)
        {
            var refused = e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;
            throw refused
                ? Fault(RpcFault.NotConnected, method, "no connection.", e)
                : Fault(RpcFault.ConnectionLost, method, "the connection broke.", e);
        }
        catch (IOException e)
        {
            throw Fault(RpcFault.ConnectionLost, method, "the connection broke.", e);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, string method, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > _options.MaxResponseBytes)
            throw TooLarge(method);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using MemoryStream body = new();
        var buffer = new byte[16 * 1024];
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if (body.Length + read > _options.MaxResponseBytes)
                throw TooLarge(method);
            body.Write(buffer, 0, read);
        }
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private JsonRpcOutcome[] Parse(
        IReadOnlyList<JsonRpcCall> calls, HttpResponseMessage response, ReadOnlyMemory<byte> body, bool isBatch, string method)
    {
        try
        {
            var outcomes = RpcMessages.Parse(calls, body, isBatch);
            // Some nodes send the JSON-RPC error of a call with another status than 200; the gateway's own codes go first.
            if (response.IsSuccessStatusCode || (!IsGateway(response.StatusCode) && outcomes.All(outcome => outcome.Error is not null)))
                return outcomes;
        }
        catch (Exception e) when (e is JsonException or FormatException && response.IsSuccessStatusCode)
        {
            throw Fault(RpcFault.BadResponse, method, "the answer is not JSON-RPC.", e);
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw StatusFault(response, method, e);
        }
        throw StatusFault(response, method, null);
    }

    private RpcTransportException StatusFault(HttpResponseMessage response, string method, Exception? inner)
    {
        var fault = response.StatusCode == HttpStatusCode.TooManyRequests ? RpcFault.RateLimited
            : IsGateway(response.StatusCode) ? RpcFault.Unavailable
            : RpcFault.HttpStatus;
        return new RpcTransportException(fault, _endpoint, method, $"HTTP status {(int)response.StatusCode}.", inner)
        {
            RetryAfter = response.Headers.RetryAfter?.Delta,
        };
    }

    private static bool IsGateway(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests
        or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout;

    private RpcTransportException TooLarge(string method) =>
        Fault(RpcFault.TooLarge, method, $"the answer has more than {_options.MaxResponseBytes} bytes.", null);

    private RpcTransportException Fault(RpcFault fault, string method, string cause, Exception? inner) =>
        new(fault, _endpoint, method, cause, inner);
}
