using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Devnet;

/// <summary>What the registry wants to know of a model, taken from its file.</summary>
/// <param name="Name">The name that clients use.</param>
/// <param name="Layers">Layers of the model.</param>
/// <param name="Identity">Its identity.</param>
/// <param name="Config">The configuration as the contract hashes it.</param>
internal sealed record ModelListing(string Name, int Layers, ModelIdentity Identity, RollupContracts.ModelConfig Config)
{
    /// <summary>Reads a model file.</summary>
    /// <exception cref="FailureException"><c>not_listable</c>: the contracts of version 1 know the tensors of llama alone, so that a page of another model, once demanded, could not be shown.</exception>
    public static ModelListing Read(string path, CancellationToken cancellationToken)
    {
        using CanonicalModel model = Commands.ModelFiles.OpenModel(path, new ModelStoreOptions());
        if (model.Config.Architecture != ModelArchitecture.Llama)
        {
            throw new FailureException(ExitCode.Model, "not_listable",
                $"{path}: a {model.Config.Architecture.GgufName()} model runs here (teetee run), but cannot be listed: the contracts of version 1 know the weight pages and operators of llama models alone.");
        }
        ModelIdentity identity = Commands.ModelFiles.Guard(path, () => model.ComputeIdentity(cancellationToken));
        return new ModelListing(model.Config.Name, model.Config.LayerCount, identity, ConfigOf(model.Config));
    }

    /// <summary>A configuration as the contract hashes it.</summary>
    public static RollupContracts.ModelConfig ConfigOf(Inference.Models.ModelConfig c) => new(
        (uint)c.Architecture, (uint)c.VocabularySize, (uint)c.EmbeddingLength, (uint)c.FeedForwardLength, (uint)c.LayerCount, (uint)c.HeadCount,
        (uint)c.KvHeadCount, (uint)c.HeadDimension, (uint)c.RopeDimensions, (uint)c.ContextLength, c.RmsEpsilonBits,
        c.AttentionScaleBits, (uint)c.RopePairing, c.TiedOutput);
}
