using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>A demand to see a promised answer in a batch. Times are Unix seconds of the chain.</summary>
/// <param name="Id">Counted from 1.</param>
/// <param name="JobId">The job.</param>
/// <param name="TokensRoot">As promised.</param>
/// <param name="Fee">As promised, in wei.</param>
/// <param name="Sequencer">Who signed it.</param>
/// <param name="PostBefore">By when it was to be posted.</param>
/// <param name="Challenger">Who paid the bond.</param>
/// <param name="Deadline">First second at which showing it does not count any more.</param>
/// <param name="Bond">Wei.</param>
/// <param name="State">Where it stands.</param>
public sealed record AnswerChallenge(
    ulong Id, Bytes32 JobId, Bytes32 TokensRoot, UInt128 Fee, Address Sequencer, ulong PostBefore, Address Challenger, ulong Deadline, UInt128 Bond,
    ChallengeState State)
{
    internal static AnswerChallenge Of(ulong id, object value)
    {
        object[] v = (object[])value;
        return new AnswerChallenge(
            id, (Bytes32)v[0], (Bytes32)v[1], (UInt128)v[4], (Address)v[2], (ulong)v[3], (Address)v[5], (ulong)v[6], (UInt128)v[8],
            (ChallengeState)(ulong)v[7]);
    }
}
