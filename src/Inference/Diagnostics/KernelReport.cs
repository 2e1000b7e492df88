namespace TeeTee.Inference.Diagnostics;

/// <summary>A kernel of this build on this machine.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Runs">True where this machine can run it.</param>
/// <param name="Missing">What it lacks; null where it runs.</param>
public sealed record KernelReport(string Name, bool Runs, string? Missing);
