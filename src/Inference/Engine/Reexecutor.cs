using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;

namespace TeeTee.Inference.Engine;

/// <summary>Runs a published job again in one prefill pass over all its positions, and checks each pick.</summary>
public static class Reexecutor
{
    /// <summary>The canonical traces of the shards and the first wrong pick.</summary>
    /// <param name="shards">
    /// Contiguous from layer 0, cut as the job's pipeline was. Where they hold the last layer, picks are checked too.
    /// </param>
    /// <param name="request">The job.</param>
    /// <param name="cancellationToken">Ends the run between passes.</param>
    /// <exception cref="ArgumentException">The job does not fit the model, or a token is not in its vocabulary.</exception>
    /// <exception cref="Numerics.NonFiniteException">The job leads to a value that is not finite.</exception>
    public static ReexecutionResult Run(IReadOnlyList<ShardModel> shards, ReexecutionRequest request, CancellationToken cancellationToken)
    {
        int positions = CheckedPositions(shards[0].Config, request);
        using ShardPipeline pipeline = new(shards, positions, trace: true, request.Salts);
        uint[] tokens = [.. request.Tokens];
        WrongPick? wrongPick = null;
        for (int start = 0; start < positions; start += request.PrefillChunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(request.PrefillChunk, positions - start);
            float[] hidden = pipeline.Run(tokens.AsSpan(start, count));
            if (pipeline.IsComplete)
                wrongPick ??= FirstWrongPick(pipeline, request, hidden, start, count);
        }
        return new ReexecutionResult
        {
            Traces = [.. pipeline.Sessions.Select(session => session.Trace!)],
            TraceRoots = [.. pipeline.Sessions.Select(session => session.Trace!.TraceRoot(positions))],
            WrongPick = wrongPick,
        };
    }

    private static int CheckedPositions(ModelConfig config, ReexecutionRequest request)
    {
        int positions = request.Tokens.Count - 1;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(request.PrefillChunk, nameof(request));
        if (positions < 1 || positions > config.ContextLength)
            throw new ArgumentException($"{request.Tokens.Count} tokens; the model takes 2 to {config.ContextLength + 1}.", nameof(request));
        if (request.PromptTokens < 1 || request.PromptTokens > positions)
            throw new ArgumentException($"{request.PromptTokens} prompt tokens of {request.Tokens.Count}.", nameof(request));
        return positions;
    }

    private static WrongPick? FirstWrongPick(ShardPipeline pipeline, ReexecutionRequest request, float[] hidden, int start, int count)
    {
        int first = Math.Max(start, request.PromptTokens - 1);
        if (first >= start + count)
            return null;
        uint[] picks = new uint[start + count - first];
        int width = pipeline.Sessions[0].Model.Config.EmbeddingLength;
        pipeline.Sessions[^1].Pick(hidden.AsSpan((first - start) * width), first, request.Sampling, picks);
        for (int p = first; p < start + count; p++)
        {
            if (picks[p - first] != request.Tokens[p + 1])
                return new WrongPick(p, request.Tokens[p + 1], picks[p - first]);
        }
        return null;
    }
}
