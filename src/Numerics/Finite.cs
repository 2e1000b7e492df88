using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TeeTee.Numerics;

/// <summary>The general rule of docs/arithmetic.md: every operator output is finite, else the job ends.</summary>
public static class Finite
{
    private const uint ExponentMask = 0x7F80_0000;

    /// <summary>Checks one value.</summary>
    /// <returns>The value itself.</returns>
    /// <exception cref="NonFiniteException">The value is an infinity or a NaN.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Require(float value, string operatorName, int index = 0)
    {
        if (!float.IsFinite(value))
            Throw(operatorName, index);
        return value;
    }

    /// <summary>Checks a whole vector.</summary>
    /// <exception cref="NonFiniteException">Names the lowest index that holds an infinity or a NaN.</exception>
    public static void Require(ReadOnlySpan<float> values, string operatorName)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        int i = 0;
        for (; i + Vector<uint>.Count <= bits.Length && AllFinite(bits[i..]); i += Vector<uint>.Count)
        {
        }
        for (; i < bits.Length; i++)
        {
            if ((bits[i] & ExponentMask) == ExponentMask)
                Throw(operatorName, i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool AllFinite(ReadOnlySpan<uint> bits)
    {
        Vector<uint> mask = new(ExponentMask);
        return !Vector.EqualsAny(new Vector<uint>(bits) & mask, mask);
    }

    private static void Throw(string operatorName, int index) => throw new NonFiniteException(operatorName, index);
}
