namespace TeeTee.Cli.Bench.Binary32;

/// <summary>How far one operation has come.</summary>
internal sealed class FuzzProgress
{
    /// <summary>Cases 0 to this number less one are equal.</summary>
    public ulong Equal { get; set; }

    /// <summary>Seconds spent on them.</summary>
    public double Seconds { get; set; }

    /// <summary>The case behind them that differs, if one was found.</summary>
    public string? Difference { get; set; }
}
