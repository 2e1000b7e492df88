using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>What one slot signs about one job (protocol section 6).</summary>
/// <param name="JobId">Digest of the job request.</param>
/// <param name="Slot">The slot id.</param>
/// <param name="Operator">The slot's operator.</param>
/// <param name="Epoch">The shard's epoch when it signed; its key is judged there.</param>
/// <param name="Positions">T = promptTokens + outputTokens - 1.</param>
/// <param name="TokensRoot">Root of the ids at positions 0..T.</param>
/// <param name="TraceRoot">Root of leaf(0..T-1).</param>
/// <param name="PostBefore">Unix seconds: worthless in a batch posted later.</param>
public sealed record ShardReceipt(Bytes32 JobId, uint Slot, Address Operator, ulong Epoch, uint Positions, Bytes32 TokensRoot, Bytes32 TraceRoot, ulong PostBefore)
    : ITypedMessage<ShardReceipt>
{
    internal const string Type =
        "ShardReceipt(bytes32 jobId,uint32 slot,address operator,uint64 epoch,uint32 positions,bytes32 tokensRoot,bytes32 traceRoot,uint64 postBefore)";

    private static readonly Bytes32 s_typeHash = TypedData.TypeHash(Type);

    static bool IRollupMessage<ShardReceipt>.IsDynamic => false;

    /// <inheritdoc/>
    public Bytes32 StructHash() => TypedData.StructHash(s_typeHash, WriteMembers);

    /// <inheritdoc/>
    public void WriteMembers(TupleWriter writer) =>
        writer.Hash(JobId).Number(Slot).Account(Operator).Number(Epoch).Number(Positions).Hash(TokensRoot).Hash(TraceRoot).Number(PostBefore);

    static ShardReceipt IRollupMessage<ShardReceipt>.ReadMembers(ref TupleReader reader) =>
        new(reader.Hash(), reader.U32(), reader.Account(), reader.U64(), reader.U32(), reader.Hash(), reader.Hash(), reader.U64());
}
