using System.Diagnostics;

namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary>Feeds a range of numbered inputs to readers and keeps what went wrong and what cost most.</summary>
/// <param name="group">Name of the readers' group.</param>
/// <param name="targets">The readers, fed in turn.</param>
/// <param name="seed">Draws the inputs.</param>
internal sealed class FuzzRun(string group, IReadOnlyList<FuzzTarget> targets, ulong seed)
{
    /// <summary>Bytes that reading any input may allocate.</summary>
    public const long AllocationBase = 131_072;

    /// <summary>Bytes that it may allocate besides for each byte of the input.</summary>
    public const long AllocationPerByte = 16;

    private const int Repeats = 7;
    private const int MostNamed = 16;

    private readonly FuzzInput _inputs = new();

    /// <summary>Runs the inputs first to first + count - 1.</summary>
    public FuzzReport Run(ulong first, ulong count, CancellationToken cancellationToken)
    {
        WarmUp();
        FuzzReport report = new() { Target = group, Seed = seed, First = first };
        long started = Stopwatch.GetTimestamp();
        for (ulong index = first; index < first + count && !cancellationToken.IsCancellationRequested; index++)
            Try(index, report);
        report.Seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 2);
        return report;
    }

    /// <summary>What the allocation of one input must not pass.</summary>
    public static long BoundOf(int size) => AllocationBase + AllocationPerByte * size;

    private FuzzTarget TargetOf(ulong index) => targets[(int)(index % (ulong)targets.Count)];

    private void WarmUp()
    {
        // The first calls compile code and rent buffers.
        for (int i = 0; i < 64; i++)
        {
            foreach (FuzzTarget target in targets)
                Swallow(target, target.Seeds[i % target.Seeds.Count]);
        }
    }

    private void Try(ulong index, FuzzReport report)
    {
        FuzzTarget target = TargetOf(index);
        ReadOnlyMemory<byte> input = _inputs.Make(target, seed, index);
        report.Inputs++;
        try
        {
            long allocated = GC.GetAllocatedBytesForCurrentThread();
            long started = Stopwatch.GetTimestamp();
            if (target.Read(input))
                report.Accepted++;
            double milliseconds = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            KeepExtremes(report, target, index, input, milliseconds, allocated);
        }
        catch (Exception fault)
        {
            report.CrashCount++;
            if (report.Crashes.Count < MostNamed)
                report.Crashes.Add(new FuzzCrash(target.Name, index, $"{fault.GetType().Name}: {fault.Message}"));
        }
    }

    private static void KeepExtremes(FuzzReport report, FuzzTarget target, ulong index, ReadOnlyMemory<byte> input, double milliseconds, long allocated)
    {
        // A collection or another process may have been in between: only what stays slow is slow.
        for (int i = 0; i < Repeats && milliseconds > report.Slowest.Value; i++)
            milliseconds = Math.Min(milliseconds, Measure(target, input));
        if (milliseconds > report.Slowest.Value)
            report.Slowest = new FuzzExtreme(target.Name, index, input.Length, Math.Round(milliseconds, 4));
        if (allocated > BoundOf(input.Length))
        {
            report.AboveBound++;
            if (report.Greedy.Count < MostNamed)
                report.Greedy.Add(new FuzzExtreme(target.Name, index, input.Length, allocated));
        }
        if (allocated > report.MostAllocated.Value)
            report.MostAllocated = new FuzzExtreme(target.Name, index, input.Length, allocated);
    }

    private static double Measure(FuzzTarget target, ReadOnlyMemory<byte> input)
    {
        long started = Stopwatch.GetTimestamp();
        target.Read(input);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static void Swallow(FuzzTarget target, byte[] seed)
    {
        try
        {
            target.Read(seed);
            target.Read(seed.AsMemory(0, seed.Length / 2));
        }
        catch (Exception)
        {
            // The run itself will find and report it.
        }
    }
}
