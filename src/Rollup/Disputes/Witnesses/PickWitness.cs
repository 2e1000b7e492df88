using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one token whose score contradicts its segment's best.</summary>
public sealed record PickWitness(byte[] Output, PageOpening Logit)
    : IStepWitness<PickWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(bytes," + PageOpening.Tuple + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Output, Logit.ToTuple()];

    /// <inheritdoc/>
    public static PickWitness FromTuple(object[] members) => new((byte[])members[0], PageOpening.FromTuple(members[1]));
}
