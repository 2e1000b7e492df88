using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.Mapping;
using Wire = TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Jobs;

/// <summary>What slot 0 says a job ended with. Nothing of it is checked but its form.</summary>
internal sealed record ShardAnswer
{
    public required FinishReason Finish { get; init; }

    public required uint PromptTokens { get; init; }

    public required uint OutputTokens { get; init; }

    public required Bytes32 TokensRoot { get; init; }

    public required ImmutableArray<SlotResult> Shards { get; init; }

    public required ReadOnlyMemory<byte> Tokens { get; init; }

    public required Signed<CancelJob>? Cancel { get; init; }

    /// <exception cref="WireFormatException">A field does not hold what shard.proto says.</exception>
    public static ShardAnswer Read(Wire.JobFinished wire) => new()
    {
        Finish = wire.Finish.Read(),
        PromptTokens = wire.PromptTokens,
        OutputTokens = wire.OutputTokens,
        TokensRoot = wire.TokensRoot.ReadHash("tokens_root"),
        Shards = [.. wire.Shards.Select(SlotResult.Read)],
        Tokens = wire.Tokens.Memory,
        Cancel = wire.Cancel?.Read<CancelJob>("cancel"),
    };
}
