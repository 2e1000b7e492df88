using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>What the sequencer signs to the client about one answer: posted otherwise or too late is its provable fault (protocol section 6).</summary>
/// <param name="JobId">Digest of the job request.</param>
/// <param name="TokensRoot">Root of the ids at positions 0..T.</param>
/// <param name="Fee">Wei.</param>
/// <param name="PostBefore">Unix seconds by which the job must be in a batch.</param>
public sealed record AnswerReceipt(Bytes32 JobId, Bytes32 TokensRoot, UInt128 Fee, ulong PostBefore)
    : ITypedMessage<AnswerReceipt>
{
    internal const string Type =
        "AnswerReceipt(bytes32 jobId,bytes32 tokensRoot,uint128 fee,uint64 postBefore)";

    private static readonly Bytes32 s_typeHash = TypedData.TypeHash(Type);

    static bool IRollupMessage<AnswerReceipt>.IsDynamic => false;

    /// <inheritdoc/>
    public Bytes32 StructHash() => TypedData.StructHash(s_typeHash, WriteMembers);

    /// <inheritdoc/>
    public void WriteMembers(TupleWriter writer) =>
        writer.Hash(JobId).Hash(TokensRoot).Number(Fee).Number(PostBefore);

    static AnswerReceipt IRollupMessage<AnswerReceipt>.ReadMembers(ref TupleReader reader) =>
        new(reader.Hash(), reader.Hash(), reader.U128(), reader.U64());
}
