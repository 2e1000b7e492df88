using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>A challenge of one quote of a batch. Times are Unix seconds of the chain.</summary>
/// <param name="Id">Counted from 1.</param>
/// <param name="BatchHash">The batch.</param>
/// <param name="BatchIndex">Its index.</param>
/// <param name="QuoteIndex">Which of its quotes.</param>
/// <param name="QuotesRoot">Root that the answer's record must lead to.</param>
/// <param name="QuoteCount">Leaves below that root.</param>
/// <param name="Poster">Who must answer.</param>
/// <param name="Challenger">Who paid the bond.</param>
/// <param name="PostedAt">When the batch was posted.</param>
/// <param name="Deadline">First second at which no answer counts any more.</param>
/// <param name="State">Where it stands.</param>
public sealed record QuoteChallenge(
    Bytes32 BatchHash, ulong BatchIndex, uint QuoteIndex, Bytes32 QuotesRoot, uint QuoteCount, Address Poster, Address Challenger, ulong PostedAt,
    ulong Deadline, ChallengeState State, ulong Id)
{
    internal static QuoteChallenge Of(ulong id, object value)
    {
        object[] v = (object[])value;
        return new QuoteChallenge(
            (Bytes32)v[0], (ulong)v[3], (uint)(ulong)v[4], (Bytes32)v[1], (uint)(ulong)v[7], (Address)v[2], (Address)v[5], (ulong)v[8],
            (ulong)v[6], (ChallengeState)(ulong)v[10], id);
    }
}
