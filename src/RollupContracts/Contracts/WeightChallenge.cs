using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>A demand for a page of a model's weights. Times are Unix seconds of the chain.</summary>
/// <param name="Id">Counted from 1.</param>
/// <param name="ModelId">The model.</param>
/// <param name="TensorId">Protocol section 3.</param>
/// <param name="Row">Row of the tensor.</param>
/// <param name="Page">Page of the row.</param>
/// <param name="Challenger">Who paid the bond.</param>
/// <param name="Deadline">First second at which no answer counts any more.</param>
/// <param name="Bond">Wei.</param>
/// <param name="State">Where it stands.</param>
public sealed record WeightChallenge(
    ulong Id, Bytes32 ModelId, uint TensorId, uint Row, uint Page, Address Challenger, ulong Deadline, UInt128 Bond, ChallengeState State)
{
    internal static WeightChallenge Of(ulong id, object value)
    {
        object[] v = (object[])value;
        return new WeightChallenge(
            id, (Bytes32)v[0], (uint)(ulong)v[1], (uint)(ulong)v[2], (uint)(ulong)v[3], (Address)v[4], (ulong)v[5], (UInt128)v[7],
            (ChallengeState)(ulong)v[6]);
    }
}
