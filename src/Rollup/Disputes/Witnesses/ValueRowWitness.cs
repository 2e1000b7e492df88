using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one element of a stored value row, which is the output.</summary>
public sealed record ValueRowWitness(byte[] Output, PageOpening Input)
    : IStepWitness<ValueRowWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(bytes," + PageOpening.Tuple + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Output, Input.ToTuple()];

    /// <inheritdoc/>
    public static ValueRowWitness FromTuple(object[] members) => new((byte[])members[0], PageOpening.FromTuple(members[1]));
}
