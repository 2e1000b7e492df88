using TeeTee.Cli.Commands;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;

namespace TeeTee.Cli.Bench.Inference;

/// <summary>What running a model costs at least.</summary>
/// <param name="BytesPerToken">Weights that one decoded token needs: all layers and the head, as they lie in memory.</param>
/// <param name="LayerMultiplications">Multiplications of the layers' matrices per position.</param>
/// <param name="HeadMultiplications">Multiplications of the head per pick.</param>
internal sealed record ModelCost(long BytesPerToken, long LayerMultiplications, long HeadMultiplications)
{
    private const int Block = 32;
    private const int Q8Bytes = 34;
    private const int Q4Bytes = 18;

    /// <summary>From shape and types; attention, norms and the like are not counted, and of the embedding a token reads one row.</summary>
    public static ModelCost Read(string path, ModelConfig config)
    {
        using GgufFile file = ModelFiles.OpenGguf(path);
        long bytes = file.Tensors.Where(tensor => tensor.Rows > 1 && (config.TiedOutput || tensor.Name != TensorRole.TokenEmbedding.GgufName()))
            .Sum(tensor => tensor.Rows * ((tensor.Columns + Block - 1) / Block) * (tensor.Type == GgufType.Q4_0 ? Q4Bytes : Q8Bytes));
        long perLayer = ((2L * config.QueryLength) + (2L * config.KvLength) + (3L * config.FeedForwardLength)) * config.EmbeddingLength;
        return new ModelCost(bytes, perLayer * config.LayerCount, (long)config.VocabularySize * config.EmbeddingLength);
    }

    /// <summary>Operations of prompts, a multiplication and an addition counted as two.</summary>
    public double PromptOperations(int prompt, int sessions) => 2.0 * sessions * ((prompt * (double)LayerMultiplications) + HeadMultiplications);
}
