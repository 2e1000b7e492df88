using TeeTee.Inference.Engine;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Sampling;
using TeeTee.Numerics;
using TeeTee.Numerics.Operators;

namespace TeeTee.Inference.Disputes;

/// <summary>Expands one position of a shard into the outputs of all its operators.</summary>
public static class OperatorExpansion
{
    /// <summary>
    /// Runs the earlier positions by the fast engine, then the position by the scalar definitions, then it once more by the fast engine, and
    /// compares: a machine whose two paths differ must not defend or accuse.
    /// </summary>
    /// <exception cref="ArgumentException">The inputs do not fit the position, or a pick is asked of a shard that has none.</exception>
    /// <exception cref="NotSupportedException">The architecture is none whose operators can be disputed.</exception>
    /// <exception cref="NonFiniteException">A value is not finite.</exception>
    /// <exception cref="InvalidOperationException">The engine's fast path gave other bits than the scalar definition.</exception>
    public static ExpandedPosition Run(ShardModel model, ExpansionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        int width = model.Config.EmbeddingLength;
        if (request.HiddenIn.Length != (request.Position + 1L) * width)
            throw new ArgumentException($"{request.HiddenIn.Length} elements for {request.Position + 1} positions of {width}.", nameof(request));
        if (request.Sampling is not null && !model.IsLast)
            throw new ArgumentException($"{model.Range} do not hold the last layer, so there is no pick.", nameof(request));
        ShardSession session = model.CreateSession(request.Position + 1, salts: request.Salts, fault: request.Fault);
        try
        {
            RunPrefix(session, request.HiddenIn.Span[..(request.Position * width)], cancellationToken);
            float[] entering = request.HiddenIn.Span[(request.Position * width)..].ToArray();
            OperatorOutputs outputs = session.Expand(entering, request.Sampling);
            float[] leaving = new float[width];
            session.Forward(entering, 1, leaving);
            RequireEqual(outputs.Leaving, leaving);
            return new ExpandedPosition(session, outputs);
        }
        catch (Exception)
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The vectors that enter a shard at positions 0..tokens.Length-1: the embeddings, run through all shards above it.</summary>
    /// <param name="above">The shards from layer 0 on down to the one above, or the shard itself where it holds layer 0.</param>
    /// <param name="tokens">The tokens of the positions.</param>
    /// <param name="throughLast">False to stop before the last of <paramref name="above"/>: then its inputs are returned.</param>
    /// <param name="cancellationToken">Ends the run between passes.</param>
    /// <exception cref="ArgumentException">A token is not in the vocabulary, or the shards are not contiguous from layer 0.</exception>
    public static float[] Inputs(IReadOnlyList<ShardModel> above, ReadOnlySpan<uint> tokens, bool throughLast, CancellationToken cancellationToken)
    {
        using ShardPipeline pipeline = new(above, tokens.Length, trace: false);
        float[] hidden = new float[tokens.Length * above[0].Config.EmbeddingLength];
        pipeline.Sessions[0].Embed(tokens, hidden);
        int count = above.Count - (throughLast ? 0 : 1);
        for (int i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            pipeline.Sessions[i].Forward(hidden, tokens.Length, hidden);
        }
        return hidden;
    }

    private static void RunPrefix(ShardSession session, ReadOnlySpan<float> hidden, CancellationToken cancellationToken)
    {
        const int step = 128;
        int width = session.Model.Config.EmbeddingLength;
        float[] leaving = new float[step * width];
        for (int done = 0; done < hidden.Length / width; done += step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(step, hidden.Length / width - done);
            session.Forward(hidden.Slice(done * width, count * width), count, leaving.AsSpan(0, count * width));
        }
    }

    private static void RequireEqual(float[] scalar, float[] fast)
    {
        for (int i = 0; i < scalar.Length; i++)
        {
            if (BitConverter.SingleToInt32Bits(scalar[i]) != BitConverter.SingleToInt32Bits(fast[i]))
                throw new InvalidOperationException($"The engine gave {fast[i]:R} for element {i}, the definition {scalar[i]:R}.");
        }
    }
}
