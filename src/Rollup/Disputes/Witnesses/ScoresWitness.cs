using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Of one chunk of a head's scores.</summary>
public sealed record ScoresWitness(
    byte[] Salt, Bytes32 ChunkRoot, Bytes32 Leaf, Bytes32[] Path, ProvenPage Previous, IReadOnlyList<PageOpening> Query, KvChunk Keys)
    : IStepWitness<ScoresWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(bytes,bytes32,bytes32,bytes32[]," + WitnessTuples.Page + "," + PageOpening.Tuple + "[]," + KvChunk.Tuple + ")");

    /// <inheritdoc/>
    public object[] ToTuple() => [Salt, ChunkRoot, Leaf, Path, WitnessTuples.Of(Previous), WitnessTuples.All(Query, item => item.ToTuple()), Keys.ToTuple()];

    /// <inheritdoc/>
    public static ScoresWitness FromTuple(object[] members) => new(
        (byte[])members[0], (Bytes32)members[1], (Bytes32)members[2], WitnessTuples.Hashes(members[3]), WitnessTuples.ProvenPage(members[4]), [.. ((object[])members[5]).Select(PageOpening.FromTuple)], KvChunk.FromTuple(members[6]));
}
