using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Verification;

/// <summary>Everything outside a batch on which its judgement depends.</summary>
public sealed record BatchContext
{
    /// <summary>Chain id and contract.</summary>
    public required RollupDomain Domain { get; init; }

    /// <summary>Who posted the batch.</summary>
    public required Address Sequencer { get; init; }

    /// <summary>The chain's time at posting, Unix seconds; of a batch not yet posted, the latest time at which it may land.</summary>
    public required ulong PostedAt { get; init; }

    /// <summary>State after the parent batch.</summary>
    public required AccountTree Parent { get; init; }

    /// <summary>The sequencer's share in parts of 10,000.</summary>
    public required uint SequencerShareBps { get; init; }

    /// <summary>Seconds for which a session that has ended still covers jobs that it signed before.</summary>
    public ulong SessionGraceSeconds { get; init; }

    /// <summary>The contracts at posting.</summary>
    public required IRollupView View { get; init; }

    /// <summary>secp256k1 recovery.</summary>
    public required ISignatureRecovery Recovery { get; init; }

    /// <summary>One verdict per quote of the batch, in order.</summary>
    public required IReadOnlyList<QuoteVerdict> Quotes { get; init; }
}
