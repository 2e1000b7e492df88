using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>The roots and counts that a batch puts on chain (protocol section 8).</summary>
/// <param name="Version">1.</param>
/// <param name="Count">Query receipts; at least 1.</param>
/// <param name="StateRoot">The last leaf's stateRootAfter.</param>
public sealed record BatchHeader(ushort Version, Bytes32 ReceiptsRoot, uint Count, Bytes32 QuotesRoot, uint QuoteCount, Bytes32 DataRoot, uint ChunkCount, Bytes32 StateRoot)
    : IRollupMessage<BatchHeader>
{
    /// <summary>The version of the format that this assembly reads and writes.</summary>
    public const ushort CurrentVersion = 1;

    static bool IRollupMessage<BatchHeader>.IsDynamic => false;

    /// <inheritdoc/>
    public void WriteMembers(TupleWriter writer) =>
        writer.Number(Version).Hash(ReceiptsRoot).Number(Count).Hash(QuotesRoot).Number(QuoteCount).Hash(DataRoot).Number(ChunkCount).Hash(StateRoot);

    static BatchHeader IRollupMessage<BatchHeader>.ReadMembers(ref TupleReader reader) =>
        new(reader.U16(), reader.Hash(), reader.U32(), reader.Hash(), reader.U32(), reader.Hash(), reader.U32(), reader.Hash());
}
