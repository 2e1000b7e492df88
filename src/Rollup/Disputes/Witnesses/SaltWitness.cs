using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>
/// Of the salt in front of a page, row, flat content or head of a sealed job. Whoever publishes the salt key gives up the job's privacy: with
/// it every commitment of the job confirms guesses.
/// </summary>
/// <param name="SaltKey">The key of all salts of the job but the prompt's (protocol section 10).</param>
/// <param name="Token">The page of tokensRoot with token(p), which binds the key.</param>
/// <param name="Output">The page of a segment; otherwise empty.</param>
/// <param name="Content">A flat content or row behind its salt, or a head's salt alone; empty for a segment.</param>
/// <param name="ChunkRoot">Of a head; otherwise zero.</param>
public sealed record SaltWitness(Bytes32 SaltKey, ProvenPage Token, PageOpening Output, byte[] Content, Bytes32 ChunkRoot)
    : IStepWitness<SaltWitness>
{
    /// <inheritdoc/>
    public static AbiType Type { get; } = AbiType.Parse("(bytes32," + WitnessTuples.Page + "," + PageOpening.Tuple + ",bytes,bytes32)");

    /// <inheritdoc/>
    public object[] ToTuple() => [SaltKey, WitnessTuples.Of(Token), Output.ToTuple(), Content, ChunkRoot];

    /// <inheritdoc/>
    public static SaltWitness FromTuple(object[] members) => new(
        (Bytes32)members[0], WitnessTuples.ProvenPage(members[1]), PageOpening.FromTuple(members[2]), (byte[])members[3], (Bytes32)members[4]);
}
