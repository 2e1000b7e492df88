namespace TeeTee.Rollup.Verification;

/// <summary>A broken rule of a batch with the values that show it.</summary>
/// <param name="Fault">The rule.</param>
/// <param name="Leaf">Receipt index, where the rule is about one leaf.</param>
/// <param name="LeafFinding">The leaf's broken rule, if <see cref="BatchFault.LeafInvalid"/>.</param>
/// <param name="Expected">What the rule demands.</param>
/// <param name="Actual">What the batch holds.</param>
public sealed record BatchFinding(BatchFault Fault, uint? Leaf, LeafFinding? LeafFinding, string Expected, string Actual)
{
    internal static BatchFinding Of(BatchFault fault, object expected, object actual) => new(fault, null, null, $"{expected}", $"{actual}");

    internal static BatchFinding Of(uint leaf, LeafFinding finding) =>
        new(BatchFault.LeafInvalid, leaf, finding, finding.Expected, finding.Actual);
}
