using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.ShardNode.Defence;

/// <summary>How receipts are defended in disputes.</summary>
public sealed record DefenderOptions
{
    /// <summary>Pays for the moves: the operator's own account, or one that the operator registered as its defender (<c>setDefender</c>). Nothing else may send with it.</summary>
    public required PrivateKey Key { get; init; }

    /// <summary>
    /// Wei that moves may cost in one day (UTC); beyond it an alarm is raised and only moves are made whose absence would cost the stake: whoever opens
    /// disputes to run up that bill loses a bond with each. What the account holds is the last limit. 0.05 ETH.
    /// </summary>
    public UInt128 DailyLimit { get; init; } = 50_000_000_000_000_000;

    /// <summary>Balance of the account below which an alarm is raised, in wei. 0.01 ETH.</summary>
    public UInt128 MinBalance { get; init; } = 10_000_000_000_000_000;

    /// <summary>What weight challenges must owe the account before it is fetched, in wei. 0.001 ETH.</summary>
    public UInt128 MinPayout { get; init; } = 1_000_000_000_000_000;

    /// <summary>Between two looks for disputes; a small part of a move's time.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>After how long a move that failed is tried again.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most bytes of entries in one transaction of a reveal: with context, paths and the token page it stays below 32 kB.</summary>
    internal int MostRevealBytes { get; init; } = RevealPlan.MostBytes;

    /// <summary>Times and limits of transactions.</summary>
    public TransactionSenderOptions Transactions { get; init; } = new();
}
