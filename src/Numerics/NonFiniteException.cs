namespace TeeTee.Numerics;

/// <summary>
/// An operator of the canonical arithmetic produced (or was handed) an infinity or a NaN, or a value beyond binary16 for the KV cache.
/// The job that met it ends; a committed non-finite value would be a fault of its shard.
/// </summary>
public sealed class NonFiniteException(string operatorName, int index)
    : ArithmeticException($"Operator {operatorName} has no finite result at element {index}.")
{
    /// <summary>The operator as named in docs/arithmetic.md, such as <c>rmsNorm</c>.</summary>
    public string Operator { get; } = operatorName;

    /// <summary>The first element that is not finite, counted inside the operator's output.</summary>
    public int Index { get; } = index;
}
