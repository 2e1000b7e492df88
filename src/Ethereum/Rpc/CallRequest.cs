using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>A message call to simulate.</summary>
public sealed record CallRequest
{
    /// <summary>The account called; null creates a contract.</summary>
    public required Address? To { get; init; }

    /// <summary>The caller; null means the zero address.</summary>
    public Address? From { get; init; }

    /// <summary>Call data, or the creation code.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Wei sent.</summary>
    public UInt128 Value { get; init; }

    /// <summary>The most gas, or null for the node's limit.</summary>
    public ulong? Gas { get; init; }

    internal Dictionary<string, object> ToParameter()
    {
        Dictionary<string, object> parameter = new() { ["data"] = Hex.Encode(Data.Span) };
        if (To is { } to)
            parameter["to"] = to;
        if (From is { } from)
            parameter["from"] = from;
        if (Value > 0)
            parameter["value"] = Quantity.Encode(Value);
        if (Gas is { } gas)
            parameter["gas"] = Quantity.Encode(gas);
        return parameter;
    }
}
