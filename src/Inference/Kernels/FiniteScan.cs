using System.Numerics;
using System.Runtime.InteropServices;

namespace TeeTee.Inference.Kernels;

/// <summary>Looks for the first infinity or NaN of a vector.</summary>
internal static class FiniteScan
{
    private const uint ExponentMask = 0x7F80_0000;

    /// <summary>The first element that is not finite, as a failure of the operator.</summary>
    public static NonFinite Find(ReadOnlySpan<float> values, string operatorName)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(values);
        Vector<uint> mask = new(ExponentMask);
        int i = 0;
        while (i + Vector<uint>.Count <= bits.Length && !Vector.EqualsAny(new Vector<uint>(bits[i..]) & mask, mask))
            i += Vector<uint>.Count;
        for (; i < bits.Length; i++)
        {
            if ((bits[i] & ExponentMask) == ExponentMask)
                return new NonFinite(operatorName, i);
        }
        return NonFinite.None;
    }
}
