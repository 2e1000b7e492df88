namespace TeeTee.Inference.Models;

/// <summary>How far reading a model has come.</summary>
/// <param name="Stage">Which work.</param>
/// <param name="Done">Bytes of weights in canonical form that are done.</param>
/// <param name="Total">Bytes in all.</param>
public readonly record struct LoadProgress(LoadStage Stage, long Done, long Total);
