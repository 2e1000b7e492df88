using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.Verifier.Disputing;

/// <summary>How a verifier acts on chain. Nothing is sent in <see cref="ChallengerMode.Watchtower"/>.</summary>
public sealed record ChallengerOptions
{
    /// <summary>What it may do.</summary>
    public ChallengerMode Mode { get; init; } = ChallengerMode.Watchtower;

    /// <summary>The account that pays bonds and gas and gets bounties; needed unless it only watches. Nothing else may send its transactions.</summary>
    public IDigestSigner? Key { get; init; }

    /// <summary>Operators that it defends, its own or such as made its account their defender.</summary>
    public IReadOnlyList<Address> Interests { get; init; } = [];

    /// <summary>Most wei in bonds at once. A dispute beyond it waits, and the verifier is not ready.</summary>
    public UInt128 MaxBonds { get; init; } = 1_000_000_000_000_000_000;

    /// <summary>Most wei of gas in 24 hours, the finishing of what is open apart.</summary>
    public UInt128 MaxGasPerDay { get; init; } = 100_000_000_000_000_000;

    /// <summary>Balance below which the verifier is not ready. Wei.</summary>
    public UInt128 MinBalance { get; init; } = 10_000_000_000_000_000;

    /// <summary>How often data must have been found missing, over all sources, before it is demanded on chain.</summary>
    public int MissingBeforeChallenge { get; init; } = 3;

    /// <summary>File of what must survive a crash: the salts of disputes, and the gas spent. Null keeps it in memory, for trials.</summary>
    public string? RecordFile { get; init; }

    /// <summary>Seconds between looks at the disputes.</summary>
    public double PollSeconds { get; init; } = 2;

    /// <summary>Times and limits of transactions.</summary>
    public TransactionSenderOptions Transactions { get; init; } = new();

    /// <summary>Called right before a transaction would be sent, with its purpose: a trial ends the process here. Null does nothing.</summary>
    internal Func<string, Task>? BeforeSend { get; init; }

    /// <summary>Called right after a transaction was included, before anything else is done.</summary>
    internal Func<string, Task>? AfterSend { get; init; }
}
