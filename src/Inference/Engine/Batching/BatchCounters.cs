namespace TeeTee.Inference.Engine.Batching;

/// <summary>What a scheduler has done so far, and what waits now.</summary>
/// <param name="Passes">Passes over the weights.</param>
/// <param name="DecodeRows">Positions that came as steps of one.</param>
/// <param name="PromptRows">Positions that came in longer steps and were computed.</param>
/// <param name="SharedRows">Positions that were taken from pages of an equal prefix instead.</param>
/// <param name="PrefixProbes">Pages that were looked for.</param>
/// <param name="PrefixHits">Pages that were found.</param>
/// <param name="PrefixPages">Pages kept for later prompts now.</param>
/// <param name="Waiting">Steps that wait for a pass now.</param>
public readonly record struct BatchCounters(
    long Passes, long DecodeRows, long PromptRows, long SharedRows, long PrefixProbes, long PrefixHits, int PrefixPages, int Waiting);
