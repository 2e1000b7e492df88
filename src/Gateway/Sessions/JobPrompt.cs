using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Sessions;

/// <summary>What a user wants to have run, before it is signed.</summary>
/// <param name="Tokens">Prompt ids, at least one.</param>
/// <param name="MaxOutputTokens">At least 1; the fee's ceiling follows from it.</param>
/// <param name="StopTokens">Ids that end the answer.</param>
/// <param name="Sampling">How to pick.</param>
public sealed record JobPrompt(ReadOnlyMemory<uint> Tokens, uint MaxOutputTokens, IReadOnlyCollection<uint> StopTokens, Sampling Sampling)
{
    /// <summary>To whom the prompt is sealed; null for a public job.</summary>
    public JobSeal? Seal { get; init; }
}
