using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>The quote of one slot and epoch, as the quote tree of a batch holds it (protocol section 7).</summary>
/// <param name="Slot">The slot id.</param>
/// <param name="ExecutionRoot">Root of the epoch's closed set of receipts.</param>
/// <param name="SigningKey">Address of the enclave key.</param>
/// <param name="EncryptionKey">X25519 public key.</param>
/// <param name="QuoteHash">keccak256 of the quote bytes.</param>
public sealed record QuoteRecord(Bytes32 ModelId, uint Slot, Address Operator, ulong Epoch, Bytes32 ExecutionRoot, Address SigningKey, Bytes32 EncryptionKey, Bytes32 QuoteHash)
    : IRollupMessage<QuoteRecord>
{
    static bool IRollupMessage<QuoteRecord>.IsDynamic => false;

    /// <inheritdoc/>
    public void WriteMembers(TupleWriter writer) =>
        writer.Hash(ModelId).Number(Slot).Account(Operator).Number(Epoch).Hash(ExecutionRoot).Account(SigningKey).Hash(EncryptionKey).Hash(QuoteHash);

    static QuoteRecord IRollupMessage<QuoteRecord>.ReadMembers(ref TupleReader reader) =>
        new(reader.Hash(), reader.U32(), reader.Account(), reader.U64(), reader.Hash(), reader.Account(), reader.Hash(), reader.Hash());
}
