using TeeTee.Attestation.Encryption;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.ShardNode.Jobs;

/// <summary>A job whose signature, rules and pipeline were checked. Everything is taken from the signed request alone.</summary>
/// <param name="JobId">Digest of the request.</param>
/// <param name="Signed">The request.</param>
/// <param name="Signer">The user or its session key.</param>
/// <param name="Pipeline">In layer order.</param>
/// <param name="Index">This shard's place in it.</param>
/// <param name="Limit">The effective output limit.</param>
/// <param name="PostBefore">What every receipt of the job says.</param>
internal sealed record AdmittedJob(
    Bytes32 JobId, Signed<JobRequest> Signed, Address Signer, IReadOnlyList<Stage> Pipeline, int Index, uint Limit, ulong PostBefore)
{
    public JobRequest Request => Signed.Message;

    /// <summary>Key and salts of a sealed job, owned by whoever runs it; null for a public one.</summary>
    public SealedExchange? Secrets { get; init; }

    /// <summary>Fault injection: no token ends the job.</summary>
    public bool IgnoresStops { get; init; }

    /// <summary>What a data key of this job is bound to.</summary>
    public SealedBinding Binding => new(JobId, Request.User, Request.Nonce, Request.ModelId);

    public int PromptTokens => (int)Request.PromptTokens;

    /// <summary>Most positions that are fed: the last pick is not.</summary>
    public int MaxPositions => (int)(Request.PromptTokens + Limit - 1);

    public bool IsFirst => Index == 0;

    public bool IsLast => Index == Pipeline.Count - 1;

    public Stage Own => Pipeline[Index];

    public SamplingParameters Sampling =>
        new(Request.Sampling.Greedy, Request.Sampling.InverseTemperatureBits, Request.Sampling.Seed);

    /// <summary>The root of ids at positions 0..T.</summary>
    public Bytes32 TokensRoot(ReadOnlySpan<uint> tokens) => Secrets?.TokensRoot(tokens) ?? TokenCommitment.Root(tokens);

    /// <summary>Whether these ids are the prompt that was signed.</summary>
    public bool IsPrompt(ReadOnlySpan<uint> prompt) =>
        (Secrets?.PromptTokensRoot(prompt) ?? TokenCommitment.Root(prompt)) == Request.PromptTokensRoot;

    public bool IsStop(uint token) => !IgnoresStops && Request.StopTokens.AsSpan().BinarySearch(token) >= 0;

    /// <summary>Why the job ends with this pick as output number <paramref name="outputs"/> (from 1); null if it goes on.</summary>
    public FinishReason? FinishAt(uint token, uint outputs) =>
        IsStop(token) ? FinishReason.Stop : outputs >= Limit ? FinishReason.Length : null;
}
