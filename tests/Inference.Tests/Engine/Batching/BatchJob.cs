using TeeTee.Inference.Engine;
using TeeTee.Inference.Engine.Batching;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Engine.Batching;

/// <summary>A prompt and how many tokens to pick, run through schedulers or alone; what it gives is one text, so that runs can be compared.</summary>
internal sealed record BatchJob(uint[] Prompt, int Tokens, SamplingParameters Sampling, CommitmentSalts? Salts = null)
{
    /// <summary>Jobs of mixed lengths, greedy and sampled, some salted.</summary>
    public static BatchJob[] Mixed(int count, int context, int seed) =>
    [
        .. Enumerable.Range(0, count).Select(i =>
        {
            Random random = new(seed * 1000 + i);
            int prompt = 1 + random.Next(context / 2);
            SamplingParameters sampling = i % 2 == 0
                ? SamplingParameters.MostLikely
                : SamplingParameters.AtTemperature(0.5 + i * 0.1, Keccak256.Hash([(byte)i]));
            return new BatchJob(
                [.. Enumerable.Range(0, prompt).Select(_ => (uint)random.Next(320))], 1 + random.Next(context / 3), sampling,
                i % 4 == 3 ? new CommitmentSalts(Keccak256.Hash([(byte)i, 1])) : null);
        }),
    ];

    /// <summary>By the synchronous engine, one position at a time or in chunks.</summary>
    public string Alone(IReadOnlyList<ShardModel> shards, int chunk = 0)
    {
        OfflineRunOptions options = new() { MaxTokens = Tokens, Sampling = Sampling, Salts = Salts, PrefillChunk = chunk };
        OfflineRunResult run = OfflineRunner.Run(shards, Prompt, options, CancellationToken.None);
        return Text(run.OutputTokens, run.TraceRoots, run.LayerRoots);
    }

    /// <summary>Through one scheduler per shard, the prompt in chunks.</summary>
    public async Task<string> RunAsync(IReadOnlyList<BatchScheduler> shards, int chunk, CancellationToken cancellationToken)
    {
        ShardSession[] sessions = [.. shards.Select(s => s.Model.CreateSession(Prompt.Length + Tokens - 1, salts: Salts))];
        try
        {
            List<uint> output = [];
            for (int start = 0; start < Prompt.Length; start += chunk)
            {
                int count = Math.Min(chunk, Prompt.Length - start);
                uint? token = await StepAsync(shards, sessions, Prompt.AsMemory(start, count), start + count == Prompt.Length, cancellationToken);
                if (token is { } first)
                    output.Add(first);
            }
            while (output.Count < Tokens)
                output.Add((await StepAsync(shards, sessions, new[] { output[^1] }, pick: true, cancellationToken))!.Value);
            return Text(output, sessions.Select(s => s.Trace!.TraceRoot(s.Position)), sessions.SelectMany(LayerRoots));
        }
        finally
        {
            foreach (ShardSession session in sessions)
                session.Dispose();
        }
    }

    private async Task<uint?> StepAsync(
        IReadOnlyList<BatchScheduler> shards, ShardSession[] sessions, ReadOnlyMemory<uint> tokens, bool pick, CancellationToken cancellationToken)
    {
        byte[] hidden = new byte[tokens.Length * shards[0].Model.Config.EmbeddingLength * sizeof(float)];
        uint? token = null;
        for (int i = 0; i < shards.Count; i++)
        {
            bool last = i == shards.Count - 1;
            BatchStep step = new()
            {
                Tokens = i == 0 ? tokens : default,
                HiddenIn = i == 0 ? default : hidden,
                HiddenOut = last ? default : hidden,
                Pick = last && pick ? Sampling : null,
            };
            token = (await shards[i].RunAsync(sessions[i], step, cancellationToken)).Token;
        }
        return token;
    }

    private static IEnumerable<Bytes32> LayerRoots(ShardSession session) =>
        Enumerable.Range(session.Model.Range.First, session.Model.Range.Count).Select(session.LayerKvRoot);

    private static string Text(IEnumerable<uint> tokens, IEnumerable<Bytes32> traceRoots, IEnumerable<Bytes32> layerRoots) =>
        $"{string.Join(',', tokens)} {string.Join(' ', traceRoots)} {string.Join(' ', layerRoots)}";
}
