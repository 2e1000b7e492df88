using System.Diagnostics;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
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
TensorPlace place = new(TensorRole.FeedForwardGate, 0, 16, 2048, 0);
byte[] rows = data.AsSpan(0, 16 * place.RowBytes).ToArray();
Bytes32[] leaves = new Bytes32[16];
Report("16 rows of 2048 columns", rows.Length, () => WeightPage.HashRows(place, 0, rows, leaves));
Report("their Q8 tile", rows.Length, () => WeightLeaves.HashTile(place, WeightPacking.Q8, data.AsSpan(0, 64 * TileLayout.Q8BlockBytes), 0, leaves));
Report("their Q4 tile", rows.Length, () => WeightLeaves.HashTile(place, WeightPacking.Q4, data.AsSpan(0, 64 * TileLayout.Q4BlockBytes), 0, leaves));
using (PackedMatrix matrix = new(WeightPacking.Q8, 16, 64))
    Report("their Q8 tile unpacked, then 16 rows", rows.Length, () =>
    {
        for (int row = 0; row < 16; row++)
            matrix.CopyRow(row, rows.AsSpan(row * place.RowBytes, place.RowBytes));
        WeightPage.HashRows(place, 0, rows, leaves);
    });

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
