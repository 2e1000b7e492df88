using System.Text.Json;

namespace TeeTee.Ethereum;

/// <summary>The answer to one call of a batch: a result or the node's error.</summary>
public sealed class JsonRpcOutcome
{
    private readonly JsonElement _result;

    internal JsonRpcOutcome(JsonElement result) => _result = result;

    internal JsonRpcOutcome(JsonRpcException error) => Error = error;

    /// <summary>The node's error, or null.</summary>
    public JsonRpcException? Error { get; }

    /// <summary>The result.</summary>
    /// <exception cref="JsonRpcException">The node answered with an error.</exception>
    public JsonElement Result => Error is null ? _result : throw Error;
}
