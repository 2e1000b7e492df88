using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// What a kernel found that has no finite result: the operator and the index that the definition would name in its
/// <see cref="NonFiniteException"/>, as a value, so that a pass over many sessions can attribute it to one. The default says that all is finite.
/// </summary>
/// <param name="Operator">As in docs/arithmetic.md, such as <c>rmsNorm</c>; null where all is finite.</param>
/// <param name="Index">The first element concerned.</param>
internal readonly record struct NonFinite(string? Operator, int Index)
{
    /// <summary>All is finite.</summary>
    public static NonFinite None => default;

    public bool IsNone => Operator is null;

    /// <summary>Throws unless all is finite.</summary>
    /// <exception cref="NonFiniteException">With this operator and index.</exception>
    public void Require()
    {
        if (Operator is not null)
            throw new NonFiniteException(Operator, Index);
    }
}
