using System.Collections.Concurrent;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Models.Packed;
using TeeTee.Inference.Tests.Engine;
using TeeTee.Inference.Tests.Support;

namespace TeeTee.Inference.Tests.Models.Packed;

/// <summary>A folder with a small model, whose packed file tests may damage; and what the model gives without one.</summary>
internal sealed class PackedModelFolder : IDisposable
{
    private static readonly ConcurrentDictionary<ulong, (byte[] Bytes, Outcome Expected)> s_models = [];

    // Four matrices of this model have quants in [-8, 7] only, so that both packings occur; 172 columns need padding, 24 rows a part of a tile.
    public static SyntheticModel Shape { get; } = EngineRuns.Odd with { Layers = 3, Context = 40, Alter = Narrow };

    public PackedModelFolder(SyntheticModel? shape = null)
    {
        Folder = Directory.CreateTempSubdirectory("teetee-packed-").FullName;
        ModelPath = Path.Combine(Folder, "model.gguf");
        (byte[] bytes, Expected) = s_models.GetOrAdd((shape ?? Shape).Seed, _ => Make(shape ?? Shape));
        File.WriteAllBytes(ModelPath, bytes);
    }

    public string Folder { get; }

    public string ModelPath { get; }

    public string PackedPath => ModelPath + PackedCache.Extension;

    public List<string> Warnings { get; } = [];

    public HashSet<LoadStage> Stages { get; } = [];

    /// <summary>What the model gives without a packed file.</summary>
    public Outcome Expected { get; }

    public ModelStoreOptions Options => new()
    {
        LeastBytes = 0,
        Threads = 2,
        Warning = warning => { lock (Warnings) Warnings.Add(warning); },
        Progress = new Watcher(Stages),
    };

    public sealed record Outcome(ModelIdentity Identity, string Tokens, string Traces);

    public CanonicalModel Open(ModelStoreOptions? options = null) => ModelStore.Open(ModelPath, options ?? Options);

    /// <summary>Opens the model, loads it as two shards and runs it.</summary>
    public Outcome Run(ModelStoreOptions? options = null)
    {
        using CanonicalModel model = Open(options);
        return Run(model);
    }

    public static Outcome Run(CanonicalModel model)
    {
        ModelIdentity identity = model.ComputeIdentity(CancellationToken.None);
        OfflineRunResult result = EngineRuns.Run(model, new OfflineRunOptions { MaxTokens = 3, Shards = 2, Threads = 2 });
        return new Outcome(identity, string.Join(',', result.OutputTokens), string.Join(',', result.TraceRoots));
    }

    public string[] Files() => [.. Directory.GetFiles(Folder).Select(Path.GetFileName).Order()!];

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private static (byte[] Bytes, Outcome Expected) Make(SyntheticModel shape)
    {
        byte[] bytes = shape.Build();
        using CanonicalModel model = CanonicalModel.Import(GgufFile.Parse(bytes));
        return (bytes, Run(model));
    }

    private static byte[] Narrow(string name, byte[] data)
    {
        if (name is "token_embd.weight" or "blk.0.attn_q.weight" or "blk.1.attn_v.weight" or "blk.2.ffn_gate.weight")
        {
            for (int i = 0; i < data.Length; i++)
                data[i] = i % 34 < 2 ? data[i] : (byte)((sbyte)data[i] >> 4);
        }
        return data;
    }

    private sealed class Watcher(HashSet<LoadStage> stages) : IProgress<LoadProgress>
    {
        public void Report(LoadProgress value)
        {
            Assert.InRange(value.Done, 1, value.Total);
            stages.Add(value.Stage);
        }
    }
}
