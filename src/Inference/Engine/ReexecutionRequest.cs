using TeeTee.Inference.Sampling;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine;

/// <summary>A finished job as published: what a verifier runs again.</summary>
/// <param name="Tokens">Ids at positions 0..T: the prompt, then every pick. The last one is checked as a pick and not fed.</param>
/// <param name="PromptTokens">How many of them are the prompt, at least 1 and at most T.</param>
/// <param name="Sampling">How the signed request says that tokens are picked.</param>
/// <param name="PrefillChunk">Positions per pass; cannot change a result.</param>
/// <param name="Salts">Of the commitments of a sealed job; null for a public one.</param>
public sealed record ReexecutionRequest(
    IReadOnlyList<uint> Tokens, int PromptTokens, SamplingParameters Sampling, int PrefillChunk = 128, CommitmentSalts? Salts = null);
