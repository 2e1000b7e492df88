using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of the running row after one chunk of a head.</summary>
public sealed record OutputsWitness(
    byte[] Salt, Bytes32 ChunkRoot, Bytes32 Leaf, Bytes32[] Path, ProvenPage Previous, ProvenPage Scores, ProvenPage LastScores, ProvenPage LastSums, KvChunk Values)
    : IStepWitness<OutputsWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(bytes,bytes32,bytes32,bytes32[]," + WitnessTuples.Page + "," + WitnessTuples.Page + "," + WitnessTuples.Page + "," + WitnessTuples.Page + "," + KvChunk.Tuple + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Salt, ChunkRoot, Leaf, Path, WitnessTuples.Of(Previous), WitnessTuples.Of(Scores), WitnessTuples.Of(LastScores), WitnessTuples.Of(LastSums), Values.ToTuple()];

    /// <inheritdoc/>
    public static OutputsWitness FromTuple(object[] members) => new(
        (byte[])members[0], (Bytes32)members[1], (Bytes32)members[2], WitnessTuples.Hashes(members[3]), WitnessTuples.ProvenPage(members[4]), WitnessTuples.ProvenPage(members[5]), WitnessTuples.ProvenPage(members[6]), WitnessTuples.ProvenPage(members[7]), KvChunk.FromTuple(members[8]));
}
