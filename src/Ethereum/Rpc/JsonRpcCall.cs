namespace TeeTee.Ethereum;

/// <summary>One call.</summary>
/// <param name="Method">The method.</param>
/// <param name="Parameters">Its parameters; each is serialized by System.Text.Json.</param>
public sealed record JsonRpcCall(string Method, params object?[] Parameters);
