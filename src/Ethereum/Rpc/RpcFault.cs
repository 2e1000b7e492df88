namespace TeeTee.Ethereum;

/// <summary>Why there is no answer from the node.</summary>
public enum RpcFault
{
    /// <summary>No connection came about: refused, unresolved, TLS. The request was not sent.</summary>
    NotConnected,

    /// <summary>The connection broke; the node may have acted on the request.</summary>
    ConnectionLost,

    /// <summary>No answer in time; the node may have acted on the request.</summary>
    TimedOut,

    /// <summary>HTTP 429: the node refuses to be asked so often.</summary>
    RateLimited,

    /// <summary>HTTP 502, 503 or 504.</summary>
    Unavailable,

    /// <summary>Another HTTP status than 200.</summary>
    HttpStatus,

    /// <summary>The answer is larger than allowed.</summary>
    TooLarge,

    /// <summary>The answer is not what the method returns.</summary>
    BadResponse,
}
