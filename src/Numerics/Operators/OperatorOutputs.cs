namespace TeeTee.Numerics.Operators;

/// <summary>The output of every operator of one position of one shard: what an expansion computes and a list commits.</summary>
/// <param name="Position">p.</param>
/// <param name="FirstLayer">The shard's first layer; at 0 what enters is the embedding of token(p).</param>
/// <param name="Entering">[E]: the vector that enters the first layer.</param>
/// <param name="Layers">One per layer of the shard, ascending.</param>
/// <param name="Final">Where the shard holds the last layer and token(p + 1) is picked; otherwise null.</param>
public sealed record OperatorOutputs(int Position, int FirstLayer, float[] Entering, IReadOnlyList<LayerOutputs> Layers, FinalOutputs? Final)
{
    /// <summary>What leaves the shard's last layer.</summary>
    public float[] Leaving => Layers[^1].FeedForwardResidual;
}
