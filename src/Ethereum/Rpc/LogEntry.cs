using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>An event in a block.</summary>
public sealed class LogEntry
{
    /// <summary>The contract.</summary>
    public required Address Address { get; init; }

    /// <summary>The topics; the first names the event.</summary>
    public required IReadOnlyList<Bytes32> Topics { get; init; }

    /// <summary>The values that are not indexed.</summary>
    public required ReadOnlyMemory<byte> Data { get; init; }

    /// <summary>The block's number.</summary>
    public required ulong BlockNumber { get; init; }

    /// <summary>The block's hash.</summary>
    public required Bytes32 BlockHash { get; init; }

    /// <summary>The transaction.</summary>
    public required Bytes32 TransactionHash { get; init; }

    /// <summary>The place in the block.</summary>
    public required ulong LogIndex { get; init; }
}
