using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Storage;

/// <summary>What ends a job as answered, in one transaction.</summary>
internal sealed record StoredAnswer
{
    public required FinishReason Finish { get; init; }

    public required uint OutputTokens { get; init; }

    public required Bytes32 TokensRoot { get; init; }

    public required ReadOnlyMemory<byte> Tokens { get; init; }

    public required UInt128 Fee { get; init; }

    public required Signed<CancelJob>? Cancel { get; init; }

    public required Signature AnswerSignature { get; init; }

    public required ulong AnsweredAt { get; init; }

    public required ImmutableArray<StoredShard> Shards { get; init; }
}
