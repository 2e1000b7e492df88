using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Faults;

/// <summary>
/// Answers to data challenges from a batch's data. Pure; what the data holds is answered with, right or wrong: the contract judges it.
/// Safe for concurrent use.
/// </summary>
public sealed class ChunkAnswers
{
    private const int LeavesPerChunk = ChunkRecord.ChunkBytes / Bytes32.Size;
    private const int IdsPerChunk = ChunkRecord.ChunkBytes / sizeof(uint);

    private readonly BatchOpenings _openings;

    /// <param name="batch">As posted.</param>
    /// <param name="data">Its data.</param>
    public ChunkAnswers(PostedBatchRef batch, BatchData data)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(data);
        _openings = new BatchOpenings(batch, data);
    }

    /// <summary>The answer for a chunk.</summary>
    /// <exception cref="ArgumentException">The data has no such chunk, or the challenge is one that cannot be opened.</exception>
    public ChunkAnswer For(ChunkPlace place)
    {
        if (place.Kind == DataKind.Quote)
            return Quote(place);
        int leaf = (int)place.Leaf;
        if (place.Leaf >= (uint)_openings.Data.Leaves.Length)
            throw new ArgumentException($"The batch has {_openings.Data.Leaves.Length} leaves, not {place}.", nameof(place));
        return place.Kind switch
        {
            DataKind.QueryReceipt => Answer("queryReceipt", leaf),
            DataKind.Request => Answer("request", leaf, [_openings.Request(leaf)]),
            DataKind.Cancel when _openings.Data.Leaves[leaf].Cancel is { } cancel => Answer("cancel", leaf, [MessageTuples.Of(cancel)]),
            DataKind.ShardReceipt when place.Part < _openings.Data.Leaves[leaf].Shards.Length => ShardReceipt(leaf, place.Part),
            DataKind.LeafList when place.Part < _openings.Data.Leaves[leaf].LeafLists.Length => LeafList(leaf, place),
            DataKind.Tokens => Tokens(leaf, place.Number),
            _ => throw new ArgumentException($"The data has no {place}.", nameof(place)),
        };
    }

    /// <summary>Where a served chunk belongs; what is missing of a batch is demanded by it.</summary>
    public static ChunkPlace PlaceOf(ChunkRecord record)
    {
        bool whole = record.Item.Kind is not (DataKind.Tokens or DataKind.LeafList);
        return new ChunkPlace(record.Item.Leaf, record.Item.Kind, record.Item.Part, whole ? 0 : record.Number);
    }

    private ChunkAnswer ShardReceipt(int leaf, ushort part)
    {
        uint quote = _openings.Data.Leaves[leaf].Shards[part].QuoteIndex;
        if (quote >= (uint)_openings.Data.Quotes.Length)
            throw new ArgumentException($"Shard {part} of leaf {leaf} names quote {quote} of {_openings.Data.Quotes.Length}.", nameof(part));
        return Answer("shardReceipt", leaf, _openings.Request(leaf), part, _openings.Entry(leaf, part), _openings.Quote((int)quote));
    }

    private ChunkAnswer Tokens(int leaf, uint number)
    {
        BatchLeaf data = _openings.Data.Leaves[leaf];
        ItemKey item = new((uint)leaf, DataKind.Tokens, 0);
        bool exists = number < ChunkRecord.CountFor((uint)data.Tokens.Length);
        bool isSealed = data.Request.Message.Privacy == PrivacyMode.Sealed;
        if (!exists)
            return NoSuchTokens(leaf, number, isSealed ? _openings.Chunk(item, 0) : null);
        (DataChunk chunk, object[] proof) = _openings.Chunk(item, number);
        return isSealed
            ? Answer("sealedTokens", leaf, _openings.Request(leaf), number, chunk.Bytes.ToArray(), proof)
            : Answer("tokens", leaf, number, chunk.Bytes.ToArray(), MessageTuples.Of(TokenPath(data, number)));
    }

    private ChunkAnswer NoSuchTokens(int leaf, uint number, (DataChunk Chunk, object[] Proof)? first)
    {
        object[] nothing = [0u, 0u, Array.Empty<object>()];
        return Answer("noSuchTokens", leaf, _openings.Request(leaf), number, first?.Chunk.Record.Hash ?? Bytes32.Zero, first?.Proof ?? nothing);
    }

    private ChunkAnswer LeafList(int leaf, ChunkPlace place)
    {
        ReadOnlySpan<byte> list = _openings.Data.Leaves[leaf].LeafLists[place.Part].Span;
        Bytes32[] leaves = new Bytes32[list.Length / Bytes32.Size];
        for (int i = 0; i < leaves.Length; i++)
            leaves[i] = new Bytes32(list.Slice(i * Bytes32.Size, Bytes32.Size));
        int start = (int)place.Number * LeavesPerChunk;
        if (start >= leaves.Length)
            throw new ArgumentException($"The list has {leaves.Length} leaves, not {place}.", nameof(place));
        Bytes32[] run = leaves[start..Math.Min(leaves.Length, start + LeavesPerChunk)];
        Bytes32[] hashes = [.. leaves.Select(l => TraceCommitment.LeafHash(l))];
        object[] path = MessageTuples.Of(RunPath(hashes, LeavesPerChunk, (int)place.Number));
        return Answer("leafList", leaf, place.Part, place.Number, _openings.Receipt(leaf, place.Part), MessageTuples.Of(run), path);
    }

    private ChunkAnswer Quote(ChunkPlace place)
    {
        (DataChunk chunk, object[] proof) = _openings.Chunk(new ItemKey(ItemKey.NoLeaf, DataKind.Quote, place.Part), place.Number);
        return new ChunkAnswer("quoteData", [_openings.Ref, place.Part, chunk.Bytes.ToArray(), proof]);
    }

    private ChunkAnswer Answer(string function, int leaf, params object[] rest) => new(function, [_openings.Ref, _openings.Leaf(leaf), .. rest]);

    private static Bytes32[] TokenPath(BatchLeaf leaf, uint number) =>
        RunPath(TokenPages.Leaves(leaf.Tokens.Span), IdsPerChunk / TokenCommitment.PageTokens, (int)number);

    // A chunk is a node of the tree, so the path starts there: a tree over the chunks' own tree hashes has the same nodes above.
    private static Bytes32[] RunPath(Bytes32[] leafHashes, int run, int number)
    {
        Bytes32[] nodes = [.. leafHashes.Chunk(run).Select(chunk => new MerkleTree<Sha256Merkle>(chunk).TreeHash)];
        return new MerkleTree<Sha256Merkle>(nodes).Prove(number);
    }
}
