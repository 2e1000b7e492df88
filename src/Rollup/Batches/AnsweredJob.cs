using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Batches;

/// <summary>A job that is ready to be posted.</summary>
public sealed record AnsweredJob
{
    /// <summary>The signed request.</summary>
    public required Signed<JobRequest> Request { get; init; }

    /// <summary>Why the answer ended.</summary>
    public required FinishReason Finish { get; init; }

    /// <summary>Tokens of the answer; 0 of a void job.</summary>
    public required uint OutputTokens { get; init; }

    /// <summary>Root of the ids at positions 0..T; zero of a void job.</summary>
    public required Bytes32 TokensRoot { get; init; }

    /// <summary>In layer order; none of a void job.</summary>
    public required ImmutableArray<AnsweredShard> Shards { get; init; }

    /// <summary>Ids at positions 0..T (u32 LE), or their ciphertext; empty of a void job.</summary>
    public required ReadOnlyMemory<byte> Tokens { get; init; }

    /// <summary>The signed cancellation of a cancelled job.</summary>
    public Signed<CancelJob>? Cancel { get; init; }

    /// <summary>A job whose shard is lost for good.</summary>
    public static AnsweredJob Void(Signed<JobRequest> request) => new()
    {
        Request = request,
        Finish = FinishReason.Void,
        OutputTokens = 0,
        TokensRoot = Bytes32.Zero,
        Shards = [],
        Tokens = ReadOnlyMemory<byte>.Empty,
    };
}
