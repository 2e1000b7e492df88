using TeeTee.Primitives;

namespace TeeTee.Verifier.Judging;

/// <summary>One contradiction between a published job and its re-execution.</summary>
/// <param name="Leaf">Receipt index.</param>
/// <param name="Fault">The kind.</param>
/// <param name="Part">Position in the pipeline of the slot that is wrong first; null where no one slot is named.</param>
/// <param name="Slot">Its slot id.</param>
/// <param name="Operator">Who signed for it.</param>
/// <param name="Position">First differing position p; of a token, the position whose logits pick it.</param>
/// <param name="Expected">What re-execution gives.</param>
/// <param name="Actual">What was published.</param>
public sealed record ReexecutionFinding(
    uint Leaf, ReexecutionFault Fault, int? Part, uint? Slot, Address? Operator, uint? Position, string Expected, string Actual);
