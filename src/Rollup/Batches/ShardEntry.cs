using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Rollup.Batches;

/// <summary>Batch data of kind 3: a shard receipt and where the quote that covers it is.</summary>
/// <param name="Receipt">The signed receipt.</param>
/// <param name="QuoteIndex">Index of the quote record in the batch.</param>
/// <param name="Proof">Of the receipt's digest against the record's execution root.</param>
public sealed record ShardEntry(Signed<ShardReceipt> Receipt, uint QuoteIndex, ExecutionProof Proof)
{
    /// <summary><c>abi.encode(ShardReceipt, bytes signature, uint32 quoteIndex, uint64 executionIndex, uint64 executionSize, bytes32[] proof)</c>.</summary>
    public byte[] Encode() => Receipt.WriteTo(new TupleWriter())
        .Number(QuoteIndex).Number(Proof.Index).Number(Proof.Size)
        .Array(Proof.Siblings, static (words, hash) => words.Hash(hash)).ToArray();

    /// <summary>Decodes exactly what <see cref="Encode"/> can give; false for any other bytes.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> abi, [NotNullWhen(true)] out ShardEntry? entry)
    {
        TupleReader reader = new(abi);
        Signed<ShardReceipt> receipt = Signed<ShardReceipt>.ReadFrom(ref reader);
        uint quote = reader.U32();
        ulong index = reader.U64();
        ulong size = reader.U64();
        ImmutableArray<Bytes32> siblings = reader.Hashes(MerkleProof.MaxLength);
        entry = new ShardEntry(receipt, quote, new ExecutionProof(index, size, siblings));
        if (reader.Failed || !abi.SequenceEqual(entry.Encode()))
            entry = null;
        return entry is not null;
    }
}
