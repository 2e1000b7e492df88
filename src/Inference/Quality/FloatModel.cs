using TeeTee.Inference.Models;

namespace TeeTee.Inference.Quality;

/// <summary>
/// A model without any of the canonical arithmetic's roundings: the file's own weights as they are, activations and keys and values in double
/// precision, functions of the system's library. Slow, and for measuring quality alone: no result of it may enter a commitment.
/// </summary>
internal sealed class FloatModel
{
    private readonly ModelConfig _config;
    private readonly FloatLayer[] _layers;
    private readonly float[] _embedding;
    private readonly float[] _head;
    private readonly float[] _outputNorm;
    private readonly RopeAngles _angles;

    /// <summary>Reads all weights; four bytes per parameter.</summary>
    /// <exception cref="ModelException">A tensor cannot be read.</exception>
    public FloatModel(CanonicalModel model)
    {
        _config = model.Config;
        _layers = [.. Enumerable.Range(0, _config.LayerCount).Select(layer => new FloatLayer(model, layer))];
        _embedding = model.ReadFloats(TensorRole.TokenEmbedding, -1);
        _head = _config.TiedOutput ? _embedding : model.ReadFloats(TensorRole.Output, -1);
        _outputNorm = model.ReadFloats(TensorRole.OutputNorm, -1);
        _angles = new RopeAngles(model);
    }

    /// <summary>Starts an empty sequence.</summary>
    public FloatSequence Begin() => new(_config, _layers, _angles);

    /// <summary>Runs the next token of a sequence.</summary>
    /// <returns>The logits of its position.</returns>
    public double[] Next(FloatSequence sequence, uint token)
    {
        double[] hidden = new double[_config.EmbeddingLength];
        for (int i = 0; i < hidden.Length; i++)
            hidden[i] = _embedding[(token * (long)hidden.Length) + i];
        sequence.Run(hidden);
        return FloatMath.Multiply(_head, FloatMath.Normalize(hidden, _outputNorm, _config.RmsEpsilon), _config.VocabularySize);
    }
}
