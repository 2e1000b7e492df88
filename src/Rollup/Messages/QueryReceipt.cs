using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>One leaf of a batch: one job, what it cost and the state after it (protocol section 6).</summary>
public sealed record QueryReceipt : IRollupMessage<QueryReceipt>
{
    // What a decoder accepts; the rule of version 1 (16) is LeafRules'.
    private const int MostShards = 256;

    /// <summary>Digest of the job request.</summary>
    public required Bytes32 JobId { get; init; }

    /// <summary>keccak256 of the signed request's encoding.</summary>
    public required Bytes32 RequestHash { get; init; }

    /// <summary>keccak256 of the signed shard receipts' encodings, in layer order; none of a void job.</summary>
    public required ImmutableArray<Bytes32> ShardReceiptHashes { get; init; }

    /// <summary>Why the answer ended.</summary>
    public required FinishReason Finish { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required uint PromptTokens { get; init; }

    /// <summary>Tokens of the answer; 0 of a void job.</summary>
    public required uint OutputTokens { get; init; }

    /// <summary>Root of the ids at positions 0..T; zero of a void job.</summary>
    public required Bytes32 TokensRoot { get; init; }

    /// <summary>keccak256 of the signed cancellation's encoding; zero unless cancelled.</summary>
    public required Bytes32 CancelHash { get; init; }

    /// <summary>Wei charged; 0 of a void job.</summary>
    public required UInt128 Fee { get; init; }

    /// <summary>Root of the account tree once this leaf is applied.</summary>
    public required Bytes32 StateRootAfter { get; init; }

    static bool IRollupMessage<QueryReceipt>.IsDynamic => true;

    /// <inheritdoc/>
    public void WriteMembers(TupleWriter writer) => writer
        .Hash(JobId).Hash(RequestHash).Array(ShardReceiptHashes, static (words, hash) => words.Hash(hash)).Number((byte)Finish)
        .Number(PromptTokens).Number(OutputTokens).Hash(TokensRoot).Hash(CancelHash).Number(Fee).Hash(StateRootAfter);

    static QueryReceipt IRollupMessage<QueryReceipt>.ReadMembers(ref TupleReader reader) => new()
    {
        JobId = reader.Hash(),
        RequestHash = reader.Hash(),
        ShardReceiptHashes = reader.Hashes(MostShards),
        Finish = ReadFinish(ref reader),
        PromptTokens = reader.U32(),
        OutputTokens = reader.U32(),
        TokensRoot = reader.Hash(),
        CancelHash = reader.Hash(),
        Fee = reader.U128(),
        StateRootAfter = reader.Hash(),
    };

    public bool Equals(QueryReceipt? other) =>
        other is not null && (ReferenceEquals(this, other) || this.Encode().AsSpan().SequenceEqual(other.Encode()));

    public override int GetHashCode() => HashCode.Combine(JobId, RequestHash, Finish, Fee, StateRootAfter);

    private static FinishReason ReadFinish(ref TupleReader reader)
    {
        byte value = reader.U8((byte)FinishReason.Void);
        reader.Join(value < (byte)FinishReason.Stop);
        return (FinishReason)value;
    }
}
