using System.Text.Json;

namespace TeeTee.Ethereum;

/// <summary>The node answered with an error.</summary>
public class JsonRpcException : Exception
{
    public JsonRpcException(string method, long code, string message, JsonElement? data = null)
        : base($"{method}: {message} (code {code})") => (Method, Code, NodeMessage, ErrorData) = (method, code, message, data);

    /// <summary>The method called.</summary>
    public string Method { get; }

    /// <summary>The error's code.</summary>
    public long Code { get; }

    /// <summary>The node's own words.</summary>
    public string NodeMessage { get; }

    /// <summary>The error's data, if any.</summary>
    public JsonElement? ErrorData { get; }
}
