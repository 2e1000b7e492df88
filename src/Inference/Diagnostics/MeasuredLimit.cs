namespace TeeTee.Inference.Diagnostics;

/// <summary>One limit of a machine.</summary>
/// <param name="How">The loop that gave it.</param>
/// <param name="Value">Median of its runs, all threads together.</param>
/// <param name="Least">The slowest run.</param>
/// <param name="Most">The fastest run.</param>
public sealed record MeasuredLimit(string How, double Value, double Least, double Most)
{
    internal static MeasuredLimit Of(string how, IEnumerable<double> runs)
    {
        double[] sorted = [.. runs.Order()];
        return new MeasuredLimit(how, sorted[sorted.Length / 2], sorted[0], sorted[^1]);
    }
}
