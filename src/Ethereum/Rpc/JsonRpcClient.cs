using System.Text.Json;

namespace TeeTee.Ethereum;

/// <summary>
/// JSON-RPC 2.0 over HTTP. Only transient faults are retried: a refused connection and a rate limit always, everything
/// after which the node may have acted only for methods that can be repeated without harm (reads, and
/// eth_sendRawTransaction with its identical bytes). Safe for concurrent use.
/// </summary>
public sealed class JsonRpcClient : IDisposable
{
    private const int LimitExceeded = -32005;

    private readonly RpcTransport _transport;
    private readonly JsonRpcOptions _options;
    private readonly TimeProvider _time;

    /// <summary>A client with its own connections.</summary>
    public JsonRpcClient(Uri endpoint, JsonRpcOptions? options = null, TimeProvider? time = null)
        : this(endpoint, NewHandler(), options, time)
    {
    }

    /// <summary>A client over the connections of <paramref name="handler"/>, which it owns.</summary>
    public JsonRpcClient(Uri endpoint, HttpMessageHandler handler, JsonRpcOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(handler);
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https"))
            throw new ArgumentException("The endpoint must be an absolute http or https address.", nameof(endpoint));
        (Endpoint, _options, _time) = (endpoint, options ?? new JsonRpcOptions(), time ?? TimeProvider.System);
        if (_options.MaxAttempts < 1)
            throw new ArgumentException($"At least one attempt is needed, got {_options.MaxAttempts}.", nameof(options));
        _transport = new RpcTransport(endpoint, handler, _options, _time);
    }

    /// <summary>The node's address. It may hold a key: do not log more than its host.</summary>
    public Uri Endpoint { get; }

    /// <summary>Calls one method.</summary>
    /// <exception cref="JsonRpcException">The node answered with an error.</exception>
    /// <exception cref="RpcTransportException">No usable answer, after the retries that are allowed.</exception>
    public async Task<JsonElement> CallAsync(JsonRpcCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var outcomes = await RetryAsync([call], cancellationToken);
        return outcomes[0].Result;
    }

    /// <summary>Calls one method.</summary>
    /// <inheritdoc cref="CallAsync(JsonRpcCall, CancellationToken)"/>
    public Task<JsonElement> CallAsync(string method, object?[] parameters, CancellationToken cancellationToken) =>
        CallAsync(new JsonRpcCall(method, parameters), cancellationToken);

    /// <summary>Calls several methods in one request; the outcomes are in the order of the calls.</summary>
    /// <exception cref="RpcTransportException">No usable answer; an error of the node to one call is in its outcome.</exception>
    public async Task<IReadOnlyList<JsonRpcOutcome>> BatchAsync(IReadOnlyList<JsonRpcCall> calls, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(calls);
        return calls.Count == 0 ? [] : await RetryAsync(calls, cancellationToken, isBatch: true);
    }

    public void Dispose() => _transport.Dispose();

    private async Task<JsonRpcOutcome[]> RetryAsync(IReadOnlyList<JsonRpcCall> calls, CancellationToken cancellationToken, bool isBatch = false)
    {
        var repeatable = calls.All(call => RpcMethods.IsRepeatable(call.Method));
        var request = RpcMessages.Serialize(calls, isBatch);
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan? wanted;
            try
            {
                var outcomes = await _transport.ExchangeAsync(calls, request, isBatch, cancellationToken);
                if (attempt == _options.MaxAttempts || !repeatable || !outcomes.Any(outcome => outcome.Error?.Code == LimitExceeded))
                    return outcomes;
                wanted = null;
            }
            catch (RpcTransportException e) when (attempt < _options.MaxAttempts && IsTransient(e.Fault, repeatable))
            {
                wanted = e.RetryAfter;
            }
            await Task.Delay(Pause(attempt, wanted), _time, cancellationToken);
        }
    }

    private static bool IsTransient(RpcFault fault, bool repeatable) => fault switch
    {
        RpcFault.NotConnected or RpcFault.RateLimited => true,
        RpcFault.ConnectionLost or RpcFault.TimedOut or RpcFault.Unavailable => repeatable,
        _ => false,
    };

    private TimeSpan Pause(int attempt, TimeSpan? wanted)
    {
        var doubled = _options.FirstBackoff * Math.Pow(2, Math.Min(attempt - 1, 30));
        var pause = wanted > doubled ? wanted.Value : doubled;
        return pause < _options.MaxBackoff ? pause : _options.MaxBackoff;
    }

    private static SocketsHttpHandler NewHandler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    };
}
