namespace TeeTee.Rollup.Disputes;

/// <summary>The one comparison that convicts.</summary>
internal static class StepBits
{
    /// <summary>Whether two values differ in a bit, or one is not finite.</summary>
    public static bool Differ(float recomputed, float committed) =>
        !float.IsFinite(recomputed) || BitConverter.SingleToUInt32Bits(recomputed) != BitConverter.SingleToUInt32Bits(committed);

    /// <summary>The same of equally many values.</summary>
    public static bool Differ(ReadOnlySpan<float> recomputed, ReadOnlySpan<float> committed)
    {
        for (int i = 0; i < recomputed.Length; i++)
        {
            if (Differ(recomputed[i], committed[i]))
                return true;
        }
        return false;
    }
}
