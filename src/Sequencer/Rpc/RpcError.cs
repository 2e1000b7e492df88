namespace TeeTee.Sequencer.Rpc;

/// <summary>An error object of JSON-RPC 2.0.</summary>
internal sealed record RpcError(int Code, string Message)
{
    public const int ParseError = -32700;
    public const int InvalidRequest = -32600;
    public const int MethodNotFound = -32601;
    public const int InvalidParams = -32602;
    public const int InternalError = -32603;

    /// <summary>EIP-1474: the resource does not exist.</summary>
    public const int NotFound = -32001;

    /// <summary>EIP-1474: the resource exists but cannot be had now.</summary>
    public const int Unavailable = -32002;

    /// <summary>EIP-1474: a limit is exceeded.</summary>
    public const int LimitExceeded = -32005;
}
