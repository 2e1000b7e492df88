namespace TeeTee.Inference.Kernels;

/// <summary>A number of positions as a type, so that each width of a kernel is compiled with its accumulators in registers.</summary>
internal interface IGroupWidth
{
    static abstract int Positions { get; }
}

/// <summary>The widths of an <see cref="ActivationGroup"/>.</summary>
internal static class GroupWidths
{
    public readonly struct One : IGroupWidth
    {
        public static int Positions => 1;
    }

    public readonly struct Two : IGroupWidth
    {
        public static int Positions => 2;
    }

    public readonly struct Three : IGroupWidth
    {
        public static int Positions => 3;
    }

    public readonly struct Four : IGroupWidth
    {
        public static int Positions => 4;
    }

    public readonly struct Five : IGroupWidth
    {
        public static int Positions => 5;
    }

    public readonly struct Six : IGroupWidth
    {
        public static int Positions => 6;
    }

    public readonly struct Seven : IGroupWidth
    {
        public static int Positions => 7;
    }

    public readonly struct Eight : IGroupWidth
    {
        public static int Positions => 8;
    }
}
