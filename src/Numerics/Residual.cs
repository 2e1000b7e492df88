namespace TeeTee.Numerics;

/// <summary>The residual connection (ruling 6).</summary>
public static class Residual
{
    /// <summary>hidden[i] = hidden[i] + branch[i], one rounding, in this operand order.</summary>
    /// <exception cref="NonFiniteException">A sum is not finite.</exception>
    public static void Add(Span<float> hidden, ReadOnlySpan<float> branch)
    {
        Shape.RequireEqual(branch.Length, hidden.Length);
        for (int i = 0; i < hidden.Length; i++)
            hidden[i] = Finite.Require(hidden[i] + branch[i], "residual", i);
    }
}
