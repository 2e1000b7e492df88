using TeeTee.Inference.Models;

namespace TeeTee.Inference.Quality;

/// <summary>The weights of a layer as the file has them; null where the architecture has none.</summary>
internal sealed class FloatLayer(CanonicalModel model, int layer)
{
    public float[] AttentionNorm { get; } = model.ReadFloats(TensorRole.AttentionNorm, layer);

    public float[] Query { get; } = model.ReadFloats(TensorRole.AttentionQuery, layer);

    public float[] Key { get; } = model.ReadFloats(TensorRole.AttentionKey, layer);

    public float[] Value { get; } = model.ReadFloats(TensorRole.AttentionValue, layer);

    public float[]? QueryBias { get; } = Find(model, TensorRole.AttentionQueryBias, layer);

    public float[]? KeyBias { get; } = Find(model, TensorRole.AttentionKeyBias, layer);

    public float[]? ValueBias { get; } = Find(model, TensorRole.AttentionValueBias, layer);

    public float[]? QueryNorm { get; } = Find(model, TensorRole.AttentionQueryNorm, layer);

    public float[]? KeyNorm { get; } = Find(model, TensorRole.AttentionKeyNorm, layer);

    public float[] Output { get; } = model.ReadFloats(TensorRole.AttentionOutput, layer);

    public float[] FeedForwardNorm { get; } = model.ReadFloats(TensorRole.FeedForwardNorm, layer);

    public float[] Gate { get; } = model.ReadFloats(TensorRole.FeedForwardGate, layer);

    public float[] Up { get; } = model.ReadFloats(TensorRole.FeedForwardUp, layer);

    public float[] Down { get; } = model.ReadFloats(TensorRole.FeedForwardDown, layer);

    private static float[]? Find(CanonicalModel model, TensorRole role, int layer) =>
        model.Config.Architecture.LayerRoles().Contains(role) ? model.ReadFloats(role, layer) : null;
}
