namespace TeeTee.Ethereum;

/// <summary>There is no usable answer from the node. The message names scheme, host and port alone: the rest of an endpoint may hold a key.</summary>
public sealed class RpcTransportException : Exception
{
    public RpcTransportException(RpcFault fault, Uri endpoint, string method, string cause, Exception? innerException = null)
        : base($"{method} at {endpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.Unescaped)}: {cause}", innerException) =>
        (Fault, Method) = (fault, method);

    /// <summary>What went wrong.</summary>
    public RpcFault Fault { get; }

    /// <summary>The method called.</summary>
    public string Method { get; }

    /// <summary>How long the node asked to wait, if it did.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
