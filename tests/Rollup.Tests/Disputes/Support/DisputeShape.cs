using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>A model, a shard of it and a position, small enough to judge or chosen to cross a border of the formats.</summary>
internal sealed record DisputeShape(SyntheticModel Model, LayerRange Range, int Positions, int Position)
{
    public int PromptTokens { get; init; } = 4;
    public bool IsSealed { get; init; }
    public bool IsGreedy { get; init; } = true;
    public bool IsHalfSplit { get; init; }

    /// <summary>Two layers, four heads on two kv heads, everything in one page.</summary>
    public static DisputeShape Small { get; } = new(new SyntheticModel { Context = 128, RopeDimensions = 12 }, new LayerRange(0, 2), 9, 6);

    /// <summary>Three chunks of positions, the last one of nine, in a trace of four chunks; the shard starts at layer 1.</summary>
    public static DisputeShape Long { get; } = new(
        new SyntheticModel { Seed = 3, Context = 128, Vocabulary = 320, TiedOutput = true, Layers = 2 }, new LayerRange(1, 1), 101, 72)
    {
        PromptTokens = 60, IsGreedy = false,
    };

    /// <summary>No length is a multiple of 32, one kv head, head dimension 24; pairs are split by halves.</summary>
    public static DisputeShape Odd { get; } = new(
        new SyntheticModel
        {
            Seed = 7, Embedding = 80, FeedForward = 172, Layers = 3, Heads = 5, KvHeads = 1, KeyLength = 24, RopeDimensions = 16, Context = 64,
        },
        new LayerRange(1, 2), 40, 33)
    {
        IsHalfSplit = true, IsGreedy = false,
    };

    /// <summary>A feed-forward width of two weight pages, whose rows have padded planes; head dimension 48, heads across pages.</summary>
    public static DisputeShape TwoPages { get; } = new(
        new SyntheticModel
        {
            Seed = 11, Embedding = 320, FeedForward = 8_704, Layers = 1, Heads = 12, KvHeads = 3, KeyLength = 48, Context = 64,
        },
        new LayerRange(0, 1), 5, 3);

    /// <summary>Vectors and logits of two segments, norms of five chunks, head dimension 128.</summary>
    public static DisputeShape TwoSegments { get; } = new(
        new SyntheticModel
        {
            Seed = 13, Embedding = 4_160, FeedForward = 64, Layers = 1, Heads = 2, KvHeads = 1, KeyLength = 128, Context = 64, Vocabulary = 4_200,
            TiedOutput = true,
        },
        new LayerRange(0, 1), 5, 4)
    {
        IsGreedy = false,
    };
}
