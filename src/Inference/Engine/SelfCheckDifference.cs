namespace TeeTee.Inference.Engine;

/// <summary>An operator that did not give the golden bits: this machine or thread must not serve.</summary>
/// <param name="Thread">The worker, 0 for the caller.</param>
/// <param name="Kernels">The set of kernels.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Expected">FNV-1a-64 of the golden result.</param>
/// <param name="Actual">FNV-1a-64 of this result.</param>
public sealed record SelfCheckDifference(int Thread, string Kernels, string Operator, ulong Expected, ulong Actual);
