using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;
using TeeTee.Primitives;

namespace TeeTee.Verifier.Tests.Support;

/// <summary>A small synthetic model as a file, cut into two shards.</summary>
internal sealed class HostedModel : IDisposable
{
    public HostedModel(string folder, SyntheticModel model)
    {
        Path = System.IO.Path.Combine(folder, $"{Guid.NewGuid():N}.gguf");
        File.WriteAllBytes(Path, model.Build());
        Canonical = CanonicalModel.Import(Path);
        Identity = Canonical.ComputeIdentity(CancellationToken.None);
        Ranges = LayerRange.Split(Canonical.Config.LayerCount, 2);
        Shards = [.. Ranges.Select(r => ShardModel.Load(Canonical, r, 1))];
    }

    public string Path { get; }

    public CanonicalModel Canonical { get; }

    public ModelIdentity Identity { get; }

    public Bytes32 Id => Identity.ModelId;

    public LayerRange[] Ranges { get; }

    public IReadOnlyList<ShardModel> Shards { get; }

    public void Dispose()
    {
        foreach (ShardModel shard in Shards)
            shard.Dispose();
        Canonical.Dispose();
    }
}
