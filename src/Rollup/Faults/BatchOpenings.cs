using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Faults;

/// <summary>A posted batch's parts with their paths, as arguments of the judges. Trees are built once.</summary>
internal sealed class BatchOpenings
{
    private readonly Lazy<MerkleTree<KeccakMerkle>> _receipts;
    private readonly Lazy<QuoteTree> _quotes;
    private readonly Lazy<ImmutableArray<DataChunk>> _chunks;
    private readonly Lazy<MerkleTree<KeccakMerkle>> _manifest;

    public BatchOpenings(PostedBatchRef batch, BatchData data)
    {
        (Batch, Data) = (batch, data);
        _receipts = new(() => MerkleTree<KeccakMerkle>.FromData([.. data.Leaves.Select(l => l.Receipt.Encode())]));
        _quotes = new(() => new QuoteTree(data.Quotes.Select(q => q.Record)));
        _chunks = new(data.Chunks);
        _manifest = new(() => MerkleTree<KeccakMerkle>.FromData([.. _chunks.Value.Select(c => c.Record.Encode())]));
    }

    public PostedBatchRef Batch { get; }

    public BatchData Data { get; }

    /// <summary>The contracts' <c>BatchRef</c>.</summary>
    public object[] Ref => Batch.ToTuple();

    /// <summary>The contracts' <c>LeafProof</c>.</summary>
    public object[] Leaf(int leaf) => [(uint)leaf, MessageTuples.Of(Data.Leaves[leaf].Receipt), MessageTuples.Of(_receipts.Value.Prove(leaf))];

    public object[] Request(int leaf) => MessageTuples.Of(Data.Leaves[leaf].Request);

    public object[] Receipt(int leaf, int part) => MessageTuples.Of(Data.Leaves[leaf].Shards[part].Receipt);

    public object[] Receipts(int leaf) => [.. Data.Leaves[leaf].Shards.Select(s => (object)MessageTuples.Of(s.Receipt))];

    public object[] Entry(int leaf, int part) => MessageTuples.Of(Data.Leaves[leaf].Shards[part]);

    /// <summary>The contracts' <c>QuoteProof</c>.</summary>
    public object[] Quote(int index) =>
        [(uint)index, MessageTuples.Of(Data.Quotes[index].Record), MessageTuples.Of(_quotes.Value.Prove(index))];

    /// <summary>A chunk of the data and the contracts' <c>ChunkProof</c> of it.</summary>
    /// <exception cref="ArgumentException">The data has no such chunk.</exception>
    public (DataChunk Chunk, object[] Proof) Chunk(ItemKey item, uint number)
    {
        ImmutableArray<DataChunk> chunks = _chunks.Value;
        for (int i = 0; i < chunks.Length; i++)
        {
            if (chunks[i].Record.Item == item && chunks[i].Record.Number == number)
                return (chunks[i], [(uint)i, chunks[i].Record.ItemLength, MessageTuples.Of(_manifest.Value.Prove(i))]);
        }

        throw new ArgumentException($"Batch {Batch.Index} has no chunk {number} of {item}.", nameof(number));
    }
}
