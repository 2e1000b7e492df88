using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Disputes;

/// <summary>What an entry of a list commits.</summary>
/// <param name="Operator">The operator.</param>
/// <param name="Layer">The layer of the whole model; -1 before the first and after the last.</param>
/// <param name="Unit">The segment, kv head or head.</param>
public readonly record struct OperatorPlace(DisputeOperator Operator, int Layer, int Unit);
