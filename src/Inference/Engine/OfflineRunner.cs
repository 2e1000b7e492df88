using System.Diagnostics;
using TeeTee.Inference.Models;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine;

/// <summary>Runs a prompt through all shards of a model in one process.</summary>
public static class OfflineRunner
{
    /// <summary>Loads the model cut into options.Shards, runs the prompt and picks tokens.</summary>
    /// <exception cref="ArgumentException">Prompt or options do not fit the model.</exception>
    /// <exception cref="Numerics.NonFiniteException">A value is not finite.</exception>
    public static OfflineRunResult Run(
        CanonicalModel model, IReadOnlyList<uint> prompt, OfflineRunOptions options, CancellationToken cancellationToken)
    {
        List<ShardModel> shards = [];
        try
        {
            foreach (LayerRange range in LayerRange.Split(model.Config.LayerCount, options.Shards))
            {
                cancellationToken.ThrowIfCancellationRequested();
                shards.Add(ShardModel.Load(model, range, options.Threads, kernels: options.Kernels));
            }
            return Run(shards, prompt, options, cancellationToken);
        }
        finally
        {
            shards.ForEach(shard => shard.Dispose());
        }
    }

    /// <summary>The same on loaded shards, which together hold the whole model; their split and threads win over the options'.</summary>
    /// <exception cref="ArgumentException">Prompt, options or shards do not fit.</exception>
    /// <exception cref="Numerics.NonFiniteException">A value is not finite.</exception>
    public static OfflineRunResult Run(
        IReadOnlyList<ShardModel> shards, IReadOnlyList<uint> prompt, OfflineRunOptions options, CancellationToken cancellationToken)
    {
        ModelConfig config = shards[0].Config;
        int limit = Limit(config, prompt, options);
        using ShardPipeline pipeline = new(shards, Math.Max(prompt.Count, prompt.Count + limit - 1), options.Trace, options.Salts);
        if (!pipeline.IsComplete)
            throw new ArgumentException("The shards do not hold the last layer.", nameof(shards));
        long started = Stopwatch.GetTimestamp();
        float[] hidden = Prefill(pipeline, prompt, options, cancellationToken);
        TimeSpan prefill = Stopwatch.GetElapsedTime(started);

        started = Stopwatch.GetTimestamp();
        List<uint> output = Decode(pipeline, hidden, prompt.Count, limit, options, cancellationToken);
        return Result(pipeline, prompt, output, options, prefill, Stopwatch.GetElapsedTime(started));
    }

    private static int Limit(ModelConfig config, IReadOnlyList<uint> prompt, OfflineRunOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(options.PrefillChunk);
        if (prompt.Count == 0 || prompt.Count > config.ContextLength)
            throw new ArgumentException($"A prompt of {prompt.Count} tokens; the model takes 1 to {config.ContextLength}.", nameof(prompt));
        return Math.Min(options.MaxTokens, config.ContextLength - prompt.Count);
    }

    private static float[] Prefill(
        ShardPipeline pipeline, IReadOnlyList<uint> prompt, OfflineRunOptions options, CancellationToken cancellationToken)
    {
        uint[] tokens = [.. prompt];
        int step = options.PrefillChunk == 0 ? tokens.Length : options.PrefillChunk;
        float[] hidden = [];
        for (int start = 0; start < tokens.Length; start += step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            hidden = Forward(pipeline, tokens.AsSpan(start, Math.Min(step, tokens.Length - start)), start, options);
        }
        return hidden;
    }

    private static List<uint> Decode(
        ShardPipeline pipeline, float[] hidden, int position, int limit, OfflineRunOptions options, CancellationToken cancellationToken)
    {
        ModelConfig config = pipeline.Sessions[0].Model.Config;
        uint[] pick = new uint[1];
        List<uint> output = [];
        while (output.Count < limit)
        {
            cancellationToken.ThrowIfCancellationRequested();
            pipeline.Sessions[^1].Pick(hidden.AsSpan(hidden.Length - config.EmbeddingLength), position - 1, options.Sampling, pick);
            uint token = pick[0];
            output.Add(token);
            options.TokenPicked?.Invoke(token);
            if (options.StopTokens.Contains(token) || output.Count == limit)
                break;
            hidden = Forward(pipeline, [token], position, options);
            position++;
        }
        return output;
    }

    /// <summary>Runs positions from <paramref name="first"/> on and shows the logits of each to whoever wants them.</summary>
    private static float[] Forward(ShardPipeline pipeline, ReadOnlySpan<uint> tokens, int first, OfflineRunOptions options)
    {
        float[] hidden = pipeline.Run(tokens);
        if (options.Logits is null)
            return hidden;
        float[] logits = new float[pipeline.Sessions[0].Model.Config.VocabularySize];
        for (int i = 0; i < tokens.Length; i++)
        {
            pipeline.Logits(hidden, i, logits);
            options.Logits(first + i, logits);
        }
        return hidden;
    }

    private static OfflineRunResult Result(
        ShardPipeline pipeline, IReadOnlyList<uint> prompt, List<uint> output, OfflineRunOptions options, TimeSpan prefill, TimeSpan decode) => new()
        {
            PromptTokens = prompt,
            OutputTokens = output,
            Finish = output.Count > 0 && options.StopTokens.Contains(output[^1]) ? FinishReason.Stop : FinishReason.Length,
            Positions = pipeline.Sessions[0].Position,
            LayerRoots = [.. pipeline.Sessions.SelectMany(LayerRoots)],
            Traces = [.. pipeline.Sessions.Select(session => session.Trace).OfType<Tracing.ShardTrace>()],
            TraceRoots = [.. pipeline.Sessions.Select(session => session.Trace).OfType<Tracing.ShardTrace>().Select(trace => trace.TraceRoot(trace.Count))],
            Kernels = pipeline.Sessions[0].Model.KernelName,
            PrefillTime = prefill,
            DecodeTime = decode,
        };

    private static IEnumerable<Bytes32> LayerRoots(ShardSession session)
    {
        for (int layer = session.Model.Range.First; layer < session.Model.Range.End; layer++)
            yield return session.LayerKvRoot(layer);
    }
}
