using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Numerics.Operators;

namespace TeeTee.Inference.Disputes;

/// <summary>Runs all layers of a shard at one position by the scalar definitions, over a cache that holds the earlier positions.</summary>
internal sealed class PositionExpander(ShardModel model, KvCache cache, IOperatorFault? fault)
{
    private readonly LayerExpander _layers = Supported(model.Config.Architecture)
        ? new LayerExpander(model, cache, fault)
        : throw new NotSupportedException($"A position of a {model.Config.Architecture.GgufName()} model cannot be expanded; disputes of version 1 are about llama alone.");

    /// <summary>Every operator's output.</summary>
    /// <param name="position">p; the cache holds positions 0..p-1 and has been promised room for p, which it holds afterwards.</param>
    /// <param name="entering">Owned by the result from here on.</param>
    /// <param name="sampling">How token(p + 1) is picked; null where none is.</param>
    public OperatorOutputs Run(int position, float[] entering, SamplingParameters? sampling)
    {
        cache.Grow(position + 1);
        fault?.Alter(model.IsFirst ? DisputeOperator.Embedding : DisputeOperator.Input, -1, position, entering);
        List<LayerOutputs> layers = [];
        float[] hidden = entering;
        for (int layer = 0; layer < model.Range.Count; layer++)
        {
            layers.Add(_layers.Run(layer, position, hidden));
            hidden = layers[^1].FeedForwardResidual;
        }
        return new OperatorOutputs(position, model.Range.First, entering, layers, sampling is { } how ? Final(position, hidden, how) : null);
    }

    /// <summary>The operators after the last layer up to the logits.</summary>
    /// <param name="position">p.</param>
    /// <param name="hidden">What leaves the last layer at p.</param>
    public (NormOutput Norm, QuantizedOutput Input, MatrixOutput Logits) Head(int position, float[] hidden)
    {
        (Kernels.PackedMatrix head, float[] weight) = model.Output;
        OperatorAlteration alter = new(fault, -1, position);
        NormOutput norm = alter.Norm(DisputeOperator.OutputNorm, NormOutput.Of(hidden, model.Config.RmsEpsilon));
        QuantizedOutput input = alter.Quantized(DisputeOperator.QuantizedOutputInput, LayerExpander.Normed(hidden, norm, weight));
        return (norm, input, alter.Matrix(DisputeOperator.Logits, _layers.Multiply(head, input)));
    }

    private static bool Supported(ModelArchitecture architecture) => architecture == ModelArchitecture.Llama;

    private FinalOutputs Final(int position, float[] hidden, SamplingParameters sampling)
    {
        (NormOutput norm, QuantizedOutput input, MatrixOutput logits) = Head(position, hidden);
        SegmentBest[] bests = SegmentBest.Of(
            logits.Values, OperatorShapes.MatrixSegment(model.Config.EmbeddingLength),
            sampling.Greedy ? null : sampling.InverseTemperature, sampling.NoiseAt((uint)position + 1));
        return new FinalOutputs(norm, input, logits, new OperatorAlteration(fault, -1, position).Pick(bests));
    }
}
