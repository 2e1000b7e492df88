using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>A message call to put on the chain.</summary>
public sealed record TransactionRequest
{
    /// <summary>The caller's name for this piece of work, given to the outbox.</summary>
    public required string Id { get; init; }

    /// <summary>The account called; null creates a contract.</summary>
    public required Address? To { get; init; }

    /// <summary>Call data, or the creation code.</summary>
    public ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>Wei sent.</summary>
    public UInt128 Value { get; init; }

    /// <summary>The gas limit; null to estimate it, which also finds out beforehand whether the call would revert.</summary>
    public ulong? GasLimit { get; init; }
}
