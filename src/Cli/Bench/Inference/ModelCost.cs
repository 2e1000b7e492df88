using TeeTee.Inference.Models;

namespace TeeTee.Cli.Bench.Inference;

/// <summary>What running a model costs at least.</summary>
/// <param name="BytesPerToken">Weights that one decoded token needs: all layers and the head, as they lie in memory.</param>
/// <param name="LayerMultiplications">Multiplications of the layers' matrices per position.</param>
/// <param name="HeadMultiplications">Multiplications of the head per pick.</param>
internal sealed record ModelCost(long BytesPerToken, long LayerMultiplications, long HeadMultiplications)
{
    /// <summary>From the shape; attention, norms and the like are not counted.</summary>
    public static ModelCost Of(ModelConfig config, long bytesPerToken)
    {
        long perLayer = ((2L * config.QueryLength) + (2L * config.KvLength) + (3L * config.FeedForwardLength)) * config.EmbeddingLength;
        return new ModelCost(bytesPerToken, perLayer * config.LayerCount, (long)config.VocabularySize * config.EmbeddingLength);
    }

    /// <summary>Operations of prompts, a multiplication and an addition counted as two.</summary>
    public double PromptOperations(int prompt, int sessions) => 2.0 * sessions * ((prompt * (double)LayerMultiplications) + HeadMultiplications);
}
