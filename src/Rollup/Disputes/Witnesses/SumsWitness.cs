using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of the lanes after one chunk of a head.</summary>
public sealed record SumsWitness(
    byte[] Salt, Bytes32 ChunkRoot, Bytes32 Leaf, Bytes32[] Path, ProvenPage Previous, ProvenPage Scores, ProvenPage LastScores)
    : IStepWitness<SumsWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(bytes,bytes32,bytes32,bytes32[]," + WitnessTuples.Page + "," + WitnessTuples.Page + "," + WitnessTuples.Page + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Salt, ChunkRoot, Leaf, Path, WitnessTuples.Of(Previous), WitnessTuples.Of(Scores), WitnessTuples.Of(LastScores)];

    /// <inheritdoc/>
    public static SumsWitness FromTuple(object[] members) => new(
        (byte[])members[0], (Bytes32)members[1], (Bytes32)members[2], WitnessTuples.Hashes(members[3]), WitnessTuples.ProvenPage(members[4]), WitnessTuples.ProvenPage(members[5]), WitnessTuples.ProvenPage(members[6]));
}
