namespace TeeTee.Cli.Bench.Binary32;

/// <summary>How far one operation has come.</summary>
internal sealed class FuzzProgress
{
    /// <summary>All cases of draws 0 to this number less one are equal.</summary>
    public ulong Draws { get; set; }

    /// <summary>Cases that are equal.</summary>
    public ulong Equal => Draws * FuzzCase.PerDraw;

    /// <summary>Seconds spent on them.</summary>
    public double Seconds { get; set; }

    /// <summary>The case in the draw behind them that differs, if one was found.</summary>
    public string? Difference { get; set; }
}
