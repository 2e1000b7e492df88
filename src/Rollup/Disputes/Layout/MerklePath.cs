namespace TeeTee.Rollup.Disputes;

/// <summary>Shapes of paths in trees of RFC 6962.</summary>
internal static class MerklePath
{
    /// <summary>Siblings on the path of a leaf: levels without a sibling are left out.</summary>
    public static int LengthOf(ulong size, ulong index)
    {
        int length = 0;
        for (ulong width = size; width > 1; width = (width >> 1) + (width & 1), index >>= 1)
        {
            if ((index ^ 1) < width)
                length++;
        }
        return length;
    }
}
