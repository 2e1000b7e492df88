using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>How sending a transaction ended.</summary>
public sealed class TransactionOutcome
{
    /// <summary>The end.</summary>
    public required TransactionStatus Status { get; init; }

    /// <summary>The receipt if a block includes it.</summary>
    public TransactionReceipt? Receipt { get; init; }

    /// <summary>The revert data, if it reverted or would, and the node told it; otherwise empty.</summary>
    public ReadOnlyMemory<byte> RevertData { get; init; }

    /// <summary>The cause in words; empty after a success.</summary>
    public string Message { get; init; } = "";

    /// <summary>Everything that was signed for it, oldest first.</summary>
    public IReadOnlyList<SignedTransaction> Versions { get; init; } = [];

    /// <summary>Whether it is on the chain and did not revert.</summary>
    [System.Diagnostics.CodeAnalysis.MemberNotNullWhen(true, nameof(Receipt))]
    public bool IsSuccess => Status == TransactionStatus.Succeeded;

    /// <summary>The receipt of a success.</summary>
    /// <exception cref="InvalidOperationException">It ended otherwise; the message says how.</exception>
    public TransactionReceipt Require() =>
        IsSuccess ? Receipt : throw new InvalidOperationException($"The transaction ended as {Status}: {Message}");
}
