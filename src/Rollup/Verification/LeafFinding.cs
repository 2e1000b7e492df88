namespace TeeTee.Rollup.Verification;

/// <summary>A broken rule with the values that show it. Never holds prompt or answer beyond a single token id.</summary>
/// <param name="Fault">The rule.</param>
/// <param name="Part">Position in the pipeline, where the rule is about one shard.</param>
/// <param name="Expected">What the rule demands.</param>
/// <param name="Actual">What the leaf holds.</param>
public sealed record LeafFinding(LeafFault Fault, int? Part, string Expected, string Actual);
