namespace TeeTee.Inference.Engine.Batching;

/// <summary>What a step gave.</summary>
/// <param name="Token">The picked token; null where none was to be picked.</param>
public readonly record struct StepResult(uint? Token);
