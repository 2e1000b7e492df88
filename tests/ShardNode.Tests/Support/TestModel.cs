using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Inference.Tests.Support;
using TeeTee.Primitives;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>One small real model for all tests, as a file, and what the offline runner makes of it.</summary>
internal static class TestModel
{
    public const int Layers = 4;
    public const int Context = 96;
    public const int Vocabulary = 320;

    private static readonly Lazy<(string Path, Bytes32 Id)> s_model = new(Create);

    public static string Path => s_model.Value.Path;

    public static Bytes32 Id => s_model.Value.Id;

    public static uint[] Prompt(int length, uint seed = 7) =>
        [.. Enumerable.Range(0, length).Select(i => (uint)(3 + ((((uint)i * 31) + seed) * 17 % 300)))];

    public static OfflineRunResult Run(uint[] prompt, int maxTokens, int shards, SamplingParameters sampling, params uint[] stops)
    {
        using CanonicalModel model = CanonicalModel.Import(Path);
        OfflineRunOptions options = new() { MaxTokens = maxTokens, Shards = shards, Sampling = sampling, StopTokens = stops, Threads = 1 };
        return OfflineRunner.Run(model, prompt, options, CancellationToken.None);
    }

    private static (string Path, Bytes32 Id) Create()
    {
        string path = System.IO.Path.Combine(Directory.CreateTempSubdirectory("teetee-model-").FullName, "model.gguf");
        File.WriteAllBytes(path, new SyntheticModel { Layers = Layers, Context = Context, Vocabulary = Vocabulary, Seed = 5 }.Build());
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(System.IO.Path.GetDirectoryName(path)!, recursive: true);
        using CanonicalModel model = CanonicalModel.Import(path);
        return (path, model.ComputeIdentity(CancellationToken.None).ModelId);
    }
}
