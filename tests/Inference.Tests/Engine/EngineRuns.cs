using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;

namespace TeeTee.Inference.Tests.Engine;

/// <summary>Runs of small seeded models for the tests of the engine.</summary>
internal static class EngineRuns
{
    public static uint[] Prompt { get; } = [1, 70, 12, 301, 99, 7, 255, 31, 300, 5, 64];

    /// <summary>Four layers, five query heads on one kv head of 24, a feed-forward width that is no multiple of 32.</summary>
    public static SyntheticModel Odd { get; } = new()
    {
        Seed = 7, Embedding = 96, FeedForward = 172, Layers = 4, Heads = 5, KvHeads = 1, KeyLength = 24, RopeDimensions = 16, Context = 64,
    };

    public static OfflineRunResult Run(CanonicalModel model, OfflineRunOptions options, uint[]? prompt = null) =>
        OfflineRunner.Run(model, prompt ?? Prompt, options, CancellationToken.None);

    public static OfflineRunResult RunOn(CanonicalModel model, KernelSet kernels, OfflineRunOptions options)
    {
        using ShardModel shard = ShardModel.Load(model, model.Config.AllLayers, 2, kernels);
        return OfflineRunner.Run([shard], Prompt, options, CancellationToken.None);
    }
}
