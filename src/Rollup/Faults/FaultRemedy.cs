using System.Collections.Immutable;

namespace TeeTee.Rollup.Faults;

/// <summary>What can be done on chain about a finding.</summary>
public abstract record FaultRemedy
{
    private protected FaultRemedy()
    {
    }
}

/// <summary>One transaction proves it.</summary>
/// <param name="Proof">What it takes.</param>
public sealed record OneTransactionRemedy(FaultProof Proof) : FaultRemedy;

/// <summary>
/// The published data is not what the batch commits: a demand for it can be answered only with data that is right, and silence convicts.
/// </summary>
/// <param name="Places">The chunks to demand; one is enough where it cannot be answered.</param>
public sealed record DataChallengeRemedy(ImmutableArray<ChunkPlace> Places) : FaultRemedy;

/// <summary>A challenge of the quote: it can be answered only with a good one.</summary>
/// <param name="QuoteIndex">Its index in the batch.</param>
public sealed record QuoteChallengeRemedy(uint QuoteIndex) : FaultRemedy;

/// <summary>Nothing on chain rests on it.</summary>
/// <param name="Reason">Why not.</param>
public sealed record NoRemedy(string Reason) : FaultRemedy;
