using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one chunk of 1,024 elements of a norm, or (as the number of chunks) of r alone; then the input is empty.</summary>
public sealed record NormWitness(byte[] Output, PageOpening Input)
    : IStepWitness<NormWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(bytes," + PageOpening.Tuple + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Output, Input.ToTuple()];

    /// <inheritdoc/>
    public static NormWitness FromTuple(object[] members) => new((byte[])members[0], PageOpening.FromTuple(members[1]));
}
