using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>The user ends a job after exactly so many output tokens (protocol section 4).</summary>
/// <param name="JobId">Digest of the job request.</param>
/// <param name="OutputTokens">At least 1; the job finishes there if it has not before.</param>
public sealed record CancelJob(Bytes32 JobId, uint OutputTokens)
    : ITypedMessage<CancelJob>
{
    internal const string Type =
        "CancelJob(bytes32 jobId,uint32 outputTokens)";

    private static readonly Bytes32 s_typeHash = TypedData.TypeHash(Type);

    static bool IRollupMessage<CancelJob>.IsDynamic => false;

    /// <inheritdoc/>
    public Bytes32 StructHash() => TypedData.StructHash(s_typeHash, WriteMembers);

    /// <inheritdoc/>
    public void WriteMembers(TupleWriter writer) =>
        writer.Hash(JobId).Number(OutputTokens);

    static CancelJob IRollupMessage<CancelJob>.ReadMembers(ref TupleReader reader) =>
        new(reader.Hash(), reader.U32());
}
