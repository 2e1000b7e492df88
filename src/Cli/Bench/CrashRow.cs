using System.Globalization;

namespace TeeTee.Cli.Bench;

/// <summary>One run as it is reported.</summary>
/// <param name="KilledAtMs">Milliseconds after the questions began to be asked.</param>
/// <param name="Stage">What the client had seen by then.</param>
/// <param name="Restarts">New starts of the killed services.</param>
/// <param name="ChargedWei">Sum of the fees, paid out exactly once.</param>
/// <param name="PostsPerIndexMax">Most postings of one batch index; 1 is right.</param>
/// <param name="Fault">Why the run failed; null if it did not.</param>
internal sealed record CrashRow(
    int Run, CrashTarget Target, string Victims, CrashPoint Point, long KilledAtMs, string Stage, int Restarts, int Queries, int Answered,
    string ChargedWei, int Batches, int PostsPerIndexMax, double Seconds, bool Ok, string? Fault)
{
    /// <summary>Titles of <see cref="ToString"/>.</summary>
    public static string Header =>
        $"{"run",3} {"victims",-15} {"killed in",-12} {"at ms",6} {"stage",-54} {"restarts",8} {"answered",8} {"charged wei",14} {"batches",7} {"posts/index",11} {"s",6} ok";

    /// <summary>The row of a network that did not come up.</summary>
    public static CrashRow NotStarted(int run, CrashTarget target, CrashPlan plan, int queries, double seconds, string fault) => new(
        run, target, string.Join('+', plan.Victims), plan.Point, 0, "not started", 0, queries, 0, "0", 0, 0, seconds, Ok: false, fault);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Run,3} {Victims,-15} {Point,-12} {KilledAtMs,6} {Stage,-54} {Restarts,8} {$"{Answered}/{Queries}",8} {ChargedWei,14} {Batches,7} {PostsPerIndexMax,11} {Seconds,6:F1} {(Ok ? "yes" : "NO: " + Fault)}");
}
