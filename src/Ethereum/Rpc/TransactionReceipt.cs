using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>What became of a transaction in the block that includes it.</summary>
public sealed class TransactionReceipt
{
    /// <summary>The transaction.</summary>
    public required Bytes32 TransactionHash { get; init; }

    /// <summary>The block's number.</summary>
    public required ulong BlockNumber { get; init; }

    /// <summary>The block's hash.</summary>
    public required Bytes32 BlockHash { get; init; }

    /// <summary>False if it reverted.</summary>
    public required bool Succeeded { get; init; }

    /// <summary>The sender.</summary>
    public required Address From { get; init; }

    /// <summary>The account called, or null if a contract was created.</summary>
    public required Address? To { get; init; }

    /// <summary>The contract created, or null.</summary>
    public required Address? ContractAddress { get; init; }

    /// <summary>The gas used.</summary>
    public required ulong GasUsed { get; init; }

    /// <summary>Wei paid per gas.</summary>
    public required UInt128 EffectiveGasPrice { get; init; }

    /// <summary>The events.</summary>
    public required IReadOnlyList<LogEntry> Logs { get; init; }
}
