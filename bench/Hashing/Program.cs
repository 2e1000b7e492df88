using System.Diagnostics;
using TeeTee.Primitives;

// Costs of hashing on this machine, medians of interleaved rounds: the figures behind LaneCosts.
const int Rounds = 9;
byte[] data = new byte[1 << 20];
new Random(1).NextBytes(data);
Bytes32[] hashes = new Bytes32[64];

foreach (int length in (int[])[33, 48, 128, 1024, 8728])
    foreach (LaneWidth width in Enum.GetValues<LaneWidth>().Where(LaneCosts.IsSupported))
        Report($"{length,5} B  {width,-8} x {(int)width,2}", length * (int)width, () => Sha256Batch.Hash(width, new Sha256Messages(data, (int)width, length, length) { Tag = 0 }, 0, (int)width, hashes));
int[] lefts = [.. Enumerable.Range(0, 16).Select(i => 2 * i)];
Bytes32[] level = new Bytes32[32];
foreach (LaneWidth width in Enum.GetValues<LaneWidth>().Where(LaneCosts.IsSupported))
    Report($"node     {width,-8} x {(int)width,2}", 64 * (int)width, () => Sha256Batch.Nodes(width, level, lefts.AsSpan(0, (int)width), hashes));

static void Report(string name, int bytes, Action action)
{
    int calls = 1;
    for (TimeSpan took = TimeSpan.Zero; took < TimeSpan.FromMilliseconds(4); calls *= 2)
        took = Time(action, calls);
    double[] times = new double[Rounds];
    for (int i = 0; i < Rounds; i++)
        times[i] = Time(action, calls).TotalNanoseconds / calls;
    Array.Sort(times);
    Console.WriteLine($"{name}: {times[Rounds / 2],9:F1} ns [{times[0]:F1}..{times[^1]:F1}], {bytes / times[Rounds / 2],6:F2} GB/s");
}

static TimeSpan Time(Action action, int calls)
{
    long start = Stopwatch.GetTimestamp();
    for (int i = 0; i < calls; i++)
        action();
    return Stopwatch.GetElapsedTime(start);
}
