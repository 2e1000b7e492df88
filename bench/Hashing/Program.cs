using System.Diagnostics;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tracing;
using TeeTee.Primitives;

// Costs of hashing on this machine, medians of interleaved rounds: the figures behind LaneCosts.
const int Rounds = 9;
byte[] data = new byte[1 << 20];
new Random(1).NextBytes(data);
Bytes32[] hashes = new Bytes32[64];

if (args is ["trace", var path])
{
    TraceBench.Run(path);
    return;
}
string only = args.Length > 0 ? args[0] : "";
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

// The trace of one position in the shape of TinyLlama-1.1B.
ModelConfig config = new()
{
    Architecture = ModelArchitecture.Llama, Name = "1.1B", VocabularySize = 32000, EmbeddingLength = 2048, FeedForwardLength = 5632, LayerCount = 22,
    HeadCount = 32, KvHeadCount = 4, HeadDimension = 64, RopeDimensions = 64, ContextLength = 2048, RmsEpsilonBits = 0x3727C5AC,
    RopeBaseBits = 0x461C4000, RopePairing = RopePairing.Norm, TiedOutput = false,
};
using KvPagePool pool = new(KvLayout.Of(config, config.LayerCount), 1 << 28, 64);
using KvCache cache = new(pool, 512);
cache.Grow(512);
float[] hidden = new float[config.EmbeddingLength];
Bytes32[] rowLeaves = new Bytes32[8 * 176];
byte[] positionRows = new byte[176 * 128];
foreach (CommitmentSalts? salts in (CommitmentSalts?[])[null, new CommitmentSalts(Bytes32.Zero)])
{
    ShardTrace trace = new(config, config.AllLayers, salts, 1 << 20);
    int position = 0;
    string name = salts is null ? "position" : "salted position";
    ushort[] halves = new ushort[2 * config.KvLength];
    Report(name + ": rows", 0, () =>
    {
        for (int layer = 0; layer < config.LayerCount; layer++)
            trace.HashRows(layer, position, halves, rowLeaves.AsSpan(layer * 8, 8));
    });
    foreach (int group in (int[])[1, 8])
    {
        PositionCommitment[] commitments = new PositionCommitment[group];
        Report($"{name}: rest of {group}", 0, () =>
        {
            Span<Bytes32> roots = stackalloc Bytes32[8];
            KvCommitment.PositionRoots(rowLeaves.AsSpan(0, group * 176), 176, roots[..group]);
            for (int i = 0; i < group; i++)
                commitments[i] = trace.Hash(position, hidden, hidden, null, roots[i]);
            trace.Append(commitments);
        });
    }
    Report(name + ", one vector", 0, () => trace.VectorRoot(0, 1, hidden));
}
Report("position's rows: copies", 0, () =>
{
    for (int i = 0; i < 176; i++)
        cache.CopyRow(i / 8, i % 8 >= 4, i % 4, 77, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(positionRows.AsSpan(128 * i, 128)));
});
Bytes32[] many = new Bytes32[176];
Report("position's rows: fold", 0, () => Sha256Merkle.Fold(many, 1, 176, 176));

void Report(string name, int bytes, Action action)
{
    if (!name.Contains(only))
        return;
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
