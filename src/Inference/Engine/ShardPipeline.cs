using TeeTee.Inference.Models;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine;

/// <summary>The sessions of contiguous shards that begin at layer 0, run in one process one after the other.</summary>
internal sealed class ShardPipeline : IDisposable
{
    private readonly List<ShardSession> _sessions = [];
    private readonly ModelConfig _config;

    public ShardPipeline(IReadOnlyList<ShardModel> shards, int maxPositions, bool trace, CommitmentSalts? salts = null)
    {
        CheckContiguous(shards);
        _config = shards[0].Config;
        foreach (ShardModel shard in shards)
            _sessions.Add(shard.CreateSession(maxPositions, trace, salts));
    }

    public IReadOnlyList<ShardSession> Sessions => _sessions;

    /// <summary>True where the last shard can compute logits.</summary>
    public bool IsComplete => _sessions[^1].Model.IsLast;

    /// <summary>Embeds and runs tokens through all shards; the result is what leaves the last one.</summary>
    public float[] Run(ReadOnlySpan<uint> tokens)
    {
        float[] hidden = new float[tokens.Length * _config.EmbeddingLength];
        _sessions[0].Embed(tokens, hidden);
        foreach (ShardSession session in _sessions)
            session.Forward(hidden, tokens.Length, hidden);
        return hidden;
    }

    /// <summary>The logits of position <paramref name="index"/> of what <see cref="Run"/> gave.</summary>
    public void Logits(float[] hidden, int index, Span<float> logits) =>
        _sessions[^1].Logits(hidden.AsSpan(index * _config.EmbeddingLength, _config.EmbeddingLength), logits);

    public void Dispose()
    {
        foreach (ShardSession session in _sessions)
            session.Dispose();
    }

    private static void CheckContiguous(IReadOnlyList<ShardModel> shards)
    {
        int next = 0;
        foreach (ShardModel shard in shards)
        {
            if (shard.Range.First != next)
                throw new ArgumentException($"A shard begins at layer {shard.Range.First}, expected {next}.", nameof(shards));
            next = shard.Range.End;
        }
        if (shards.Count == 0)
            throw new ArgumentException("At least one shard is needed.", nameof(shards));
    }
}
