using System.Text.Json;
using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>A simulated call reverted.</summary>
public sealed class ContractRevertException : JsonRpcException
{
    private readonly byte[] _revertData;

    internal ContractRevertException(JsonRpcException cause, byte[] revertData)
        : base(cause.Method, cause.Code, RevertReason.Describe(revertData) ?? cause.NodeMessage, cause.ErrorData) =>
        _revertData = revertData;

    /// <summary>The selector and values of the error (see <see cref="AbiError.TryDecode"/>); empty if the contract gave none.</summary>
    public ReadOnlySpan<byte> RevertData => _revertData;

    /// <summary>The exception that stands for <paramref name="error"/>: a revert if it is one.</summary>
    internal static JsonRpcException From(JsonRpcException error)
    {
        var data = FindHex(error.ErrorData, 0);
        var reverted = data is not null || error.Code == 3
            || error.NodeMessage.Contains("execution reverted", StringComparison.OrdinalIgnoreCase);
        return reverted ? new ContractRevertException(error, data ?? []) : error;
    }

    // Nodes put the data at error.data, error.data.data or behind "Reverted ".
    private static byte[]? FindHex(JsonElement? data, int depth)
    {
        if (data is not { } element || depth > 2)
            return null;
        if (element.ValueKind == JsonValueKind.Object)
            return element.TryGetProperty("data", out var inner) ? FindHex(inner, depth + 1) : null;
        if (element.ValueKind != JsonValueKind.String)
            return null;
        var text = element.GetString()!;
        var start = text.IndexOf("0x", StringComparison.Ordinal);
        return start >= 0 && Hex.TryDecode(text.AsSpan(start), out var bytes) ? bytes : null;
    }
}
