using TeeTee.Inference.Diagnostics;

namespace TeeTee.Cli.Bench.Inference;

/// <summary>Turns rounds into the figures that are printed: medians, and each as a share of what the machine can do.</summary>
internal static class BenchReport
{
    public static object Create(MachineLimits machine, BenchSide side, BenchSide? other, int rounds)
    {
        SideReport first = Describe(machine, side);
        return new
        {
            machine = new
            {
                readGBps = Round(machine.ReadGBps.Value),
                readLoop = machine.ReadGBps.How,
                int8Gops = machine.Int8Gops is { } peak ? Round(peak.Value) : (double?)null,
                int8Loop = machine.Int8Gops?.How,
                wideInt8Gops = machine.WideInt8Gops is { } wide ? Round(wide.Value) : (double?)null,
                threads = machine.Threads,
            },
            rounds,
            first.Plan,
            first.Kernels,
            first.Prefill,
            first.Decode,
            first.AllocatedBytesPerToken,
            first.TraceRoots,
            against = other is null ? null : Describe(machine, other),
            ratio = other is null ? null : new { prefill = Ratio(side.Prefill, other.Prefill), decode = Ratio(side.Decode, other.Decode) },
        };
    }

    public static string Text(MachineLimits machine, BenchSide side, BenchSide? other)
    {
        List<string> lines =
        [
            $"machine  {machine.ReadGBps.Value:F1} GB/s read, {machine.Int8Gops?.Value ?? 0:F0} int8 GOPS, {machine.Threads} threads",
            Line(machine, side),
        ];
        if (other is not null)
        {
            lines.Add(Line(machine, other));
            lines.Add($"other / first  prefill {Median(side.Prefill, other.Prefill):F3}, decode {Median(side.Decode, other.Decode):F3} (medians of the rounds' ratios)");
        }
        return string.Join(Environment.NewLine, lines);
    }

    private static SideReport Describe(MachineLimits machine, BenchSide side) => new(
        side.Plan,
        side.Target.Kernels,
        new PrefillReport(Rounded(side.Prefill).Median, Rounded(side.Prefill), Share(ShareOfPeak(machine, side))),
        new DecodeReport(
            Rounded(side.Decode).Median, Rounded(side.Decode), Share(ShareOfBandwidth(machine, side))!.Value, side.Target.Cost.BytesPerToken),
        Round(side.AllocatedBytesPerToken),
        side.TraceRoots);

    private static string Line(MachineLimits machine, BenchSide side) =>
        $"{side.Target.Kernels}: prefill {Spread.Of(side.Prefill).Median:F1} tokens/s ({ShareOfPeak(machine, side):P1} of the peak), "
        + $"decode {Spread.Of(side.Decode).Median:F2} tokens/s ({ShareOfBandwidth(machine, side):P1} of the bandwidth), {side.AllocatedBytesPerToken:F1} bytes allocated per token";

    private static double? ShareOfPeak(MachineLimits machine, BenchSide side) => machine.Int8Gops is { } peak
        ? side.Target.Cost.PromptOperations(side.Plan.Prompt, side.Plan.Sessions) * Spread.Of(side.Prefill).Median / (side.Plan.Prompt * side.Plan.Sessions) / (peak.Value * 1e9)
        : null;

    /// <summary>One pass over the weights gives a token to each session.</summary>
    private static double ShareOfBandwidth(MachineLimits machine, BenchSide side) =>
        side.Target.Cost.BytesPerToken * Spread.Of(side.Decode).Median / side.Plan.Sessions / (machine.ReadGBps.Value * 1e9);

    private static Spread Ratio(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        Spread ratio = Spread.Of(second.Zip(first, (b, a) => b / a));
        return new Spread(Math.Round(ratio.Median, 4), Math.Round(ratio.Least, 4), Math.Round(ratio.Most, 4));
    }

    private static double Median(IReadOnlyList<double> first, IReadOnlyList<double> second) => Spread.Of(second.Zip(first, (b, a) => b / a)).Median;

    private static Spread Rounded(IEnumerable<double> values)
    {
        Spread spread = Spread.Of(values);
        return new Spread(Round(spread.Median), Round(spread.Least), Round(spread.Most));
    }

    private static double Round(double value) => Math.Round(value, 2);

    private static double? Share(double? value) => value is { } known ? Math.Round(known, 4) : null;
}
