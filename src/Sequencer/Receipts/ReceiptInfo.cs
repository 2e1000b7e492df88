using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Receipts;

/// <summary>Everything there is about one job (docs/api.md section 3); parts appear as they come into being.</summary>
public sealed record ReceiptInfo
{
    /// <summary>The job id.</summary>
    public required Bytes32 Id { get; init; }

    /// <summary>answered, posted, final, void or rolledBack.</summary>
    public required string Status { get; init; }

    public required JobRequest Request { get; init; }

    public required Signature RequestSignature { get; init; }

    /// <summary>Ids of positions 0..T of a public job.</summary>
    public ImmutableArray<uint>? Tokens { get; init; }

    /// <summary>Their ciphertext, of a sealed job.</summary>
    public byte[]? Sealed { get; init; }

    public AnswerReceipt? Answer { get; init; }

    public Signature? AnswerSignature { get; init; }

    /// <summary>The leaf of the batch; null until the job is in one.</summary>
    public QueryReceipt? QueryReceipt { get; init; }

    /// <summary>In layer order.</summary>
    public required ImmutableArray<ReceiptShard> Shards { get; init; }

    public required ImmutableArray<ReceiptQuote> Quotes { get; init; }

    /// <summary>Null until the job is in a batch.</summary>
    public ReceiptBatch? Batch { get; init; }

    /// <summary>The user's account in the state after that batch.</summary>
    public ReceiptAccount? Account { get; init; }

    /// <summary>Why a void job was not answered or posted.</summary>
    public string? VoidReason { get; init; }
}
