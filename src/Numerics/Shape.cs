using System.Runtime.CompilerServices;

namespace TeeTee.Numerics;

/// <summary>Argument checks that quote both values.</summary>
internal static class Shape
{
    public static void RequireEqual(int actual, int expected, [CallerArgumentExpression(nameof(actual))] string name = "")
    {
        if (actual != expected)
            throw new ArgumentException($"{name} is {actual}, expected {expected}.", name);
    }

    public static void RequireAtLeast(int actual, int minimum, [CallerArgumentExpression(nameof(actual))] string name = "")
    {
        if (actual < minimum)
            throw new ArgumentException($"{name} is {actual}, needs at least {minimum}.", name);
    }
}
