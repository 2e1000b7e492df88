using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Jobs;

/// <summary>One event of a job's stream, in the order of docs/api.md section 1: accepted, any number of tokens, then finished or failed.</summary>
public abstract record JobEvent;

/// <summary>The job runs; first event of every stream.</summary>
/// <param name="JobId">Digest of the request.</param>
/// <param name="Resumed">True if the job existed before this submission.</param>
/// <param name="PostBefore">Unix seconds by which its receipts must be in a batch.</param>
public sealed record JobAccepted(Bytes32 JobId, bool Resumed, ulong PostBefore) : JobEvent;

/// <summary>Some picked tokens: ids of a public job, or the ciphertext and count of a sealed one.</summary>
/// <param name="First">Output index of the first of them.</param>
/// <param name="Tokens">Ids, or null.</param>
/// <param name="Count">How many tokens the ciphertext holds, or null.</param>
/// <param name="Sealed">Ciphertext for the user, or null.</param>
public sealed record JobTokens(uint First, ImmutableArray<uint>? Tokens = null, uint? Count = null, byte[]? Sealed = null) : JobEvent;

/// <summary>The answer is complete, checked by the sequencer and charged; last event.</summary>
/// <param name="Finish">Why it ended.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="OutputTokens">Tokens picked; a stop token counts.</param>
/// <param name="TokensRoot">Root of the ids at positions 0..T.</param>
/// <param name="Fee">Wei.</param>
/// <param name="Shards">Signed receipts in layer order.</param>
/// <param name="Answer">The sequencer's promise to post exactly this.</param>
/// <param name="AnswerSignature">By the sequencer.</param>
public sealed record JobFinished(
    FinishReason Finish, uint PromptTokens, uint OutputTokens, Bytes32 TokensRoot, UInt128 Fee,
    ImmutableArray<SignedShardReceipt> Shards, AnswerReceipt Answer, Signature AnswerSignature) : JobEvent;

/// <summary>The job did not run to its end and nothing is charged; last event.</summary>
/// <param name="Code">One of docs/api.md section 5.</param>
/// <param name="Message">For people; never contains prompt or answer.</param>
/// <param name="Retryable">Whether sending the same request again can succeed.</param>
public sealed record JobFailed(string Code, string Message, bool Retryable) : JobEvent;
