namespace TeeTee.Inference.Kernels;

/// <summary>Finds what a vector kernel only knows to be somewhere.</summary>
internal static class FiniteScan
{
    /// <summary>The first element that is an infinity or a NaN, or -1.</summary>
    public static int First(ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
                return i;
        }
        return -1;
    }
}
