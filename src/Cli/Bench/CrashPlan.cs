using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace TeeTee.Cli.Bench;

/// <summary>When and whom one run kills; the same for the same seed and run.</summary>
/// <param name="Point">The part of the run's life.</param>
/// <param name="Fraction">Where in that part, 0 to 1: of the expected tokens while answering, of <see cref="Spread"/> elsewhere.</param>
/// <param name="Victims">Names of the services that are killed.</param>
internal sealed record CrashPlan(CrashPoint Point, double Fraction, IReadOnlyList<string> Victims)
{
    // Answering is the longest part and holds the most state, so it is drawn most often.
    private static readonly CrashPoint[] s_points =
    [
        CrashPoint.BeforeAsking, CrashPoint.Accepting, CrashPoint.Accepting, CrashPoint.Answering, CrashPoint.Answering, CrashPoint.Answering,
        CrashPoint.Answering, CrashPoint.Batching, CrashPoint.Batching, CrashPoint.Posted,
    ];

    /// <summary>The delay that the fraction scales, for the parts that are measured in time.</summary>
    public TimeSpan Spread => Point switch
    {
        CrashPoint.BeforeAsking => TimeSpan.Zero,
        CrashPoint.Accepting => TimeSpan.FromMilliseconds(400),
        CrashPoint.Batching => TimeSpan.FromSeconds(3),
        _ => TimeSpan.FromSeconds(1),
    };

    /// <summary>Draws the plan of one run.</summary>
    public static CrashPlan Draw(int seed, int run, CrashTarget target, int shards)
    {
        Random random = new(Mix(seed, run, target));
        CrashPoint point = s_points[random.Next(s_points.Length)];
        double fraction = random.NextDouble();
        return new CrashPlan(point, fraction, target == CrashTarget.Sequencer ? ["sequencer"] : Shards(random, shards));
    }

    // Random gives related numbers for neighbouring seeds, and System.HashCode differs from process to process.
    private static int Mix(int seed, int run, CrashTarget target) =>
        BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed} {run} {target}"))));

    private static string[] Shards(Random random, int shards)
    {
        int chosen = random.Next(1, 1 << shards);
        return [.. Enumerable.Range(0, shards).Where(i => (chosen >> i & 1) != 0).Select(i => $"shard-{i}")];
    }
}
