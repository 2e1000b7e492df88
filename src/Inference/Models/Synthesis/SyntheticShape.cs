namespace TeeTee.Inference.Models.Synthesis;

/// <summary>The shape of a model whose weights are made up: those of models that people run, and tiny ones for tests.</summary>
public sealed record SyntheticShape
{
    /// <summary>All shapes that have a name.</summary>
    public static IReadOnlyList<SyntheticShape> All { get; } =
    [
        new("tiny", "llama") { Vocabulary = 320, Embedding = 64, FeedForward = 96, Layers = 2, Heads = 4, KvHeads = 2, Context = 256 },
        new("tiny-256", "llama") { Vocabulary = 320, Embedding = 256, FeedForward = 512, Layers = 2, Heads = 4, KvHeads = 2, Context = 256 },
        new("tiny-odd", "llama") { Vocabulary = 301, Embedding = 48, FeedForward = 80, Layers = 2, Heads = 2, KvHeads = 1, Context = 128 },
        new("tiny-qwen2", "qwen2") { Vocabulary = 320, Embedding = 64, FeedForward = 96, Layers = 2, Heads = 4, KvHeads = 2, Context = 256, Tied = true },
        new("tiny-qwen3", "qwen3") { Vocabulary = 320, Embedding = 64, FeedForward = 96, Layers = 2, Heads = 4, KvHeads = 2, HeadDimension = 32, Context = 256, Tied = true },
        new("qwen2.5-0.5b", "qwen2")
        {
            Vocabulary = 151_936, Embedding = 896, FeedForward = 4864, Layers = 24, Heads = 14, KvHeads = 2, Context = 32_768, RopeBase = 1e6f, Epsilon = 1e-6f, Tied = true,
        },
        new("qwen3-0.6b", "qwen3")
        {
            Vocabulary = 151_936, Embedding = 1024, FeedForward = 3072, Layers = 28, Heads = 16, KvHeads = 8, HeadDimension = 128, Context = 40_960, RopeBase = 1e6f,
            Epsilon = 1e-6f, Tied = true,
        },
        new("tinyllama-1.1b", "llama") { Vocabulary = 32_000, Embedding = 2048, FeedForward = 5632, Layers = 22, Heads = 32, KvHeads = 4, Context = 2048 },
        new("llama-3.2-1b", "llama")
        {
            Vocabulary = 128_256, Embedding = 2048, FeedForward = 8192, Layers = 16, Heads = 32, KvHeads = 8, Context = 131_072, RopeBase = 500_000f, Tied = true, Llama3Factor = 32f,
        },
        new("llama-2-7b", "llama") { Vocabulary = 32_000, Embedding = 4096, FeedForward = 11_008, Layers = 32, Heads = 32, KvHeads = 32, Context = 4096 },
        new("mistral-7b", "llama") { Vocabulary = 32_768, Embedding = 4096, FeedForward = 14_336, Layers = 32, Heads = 32, KvHeads = 8, Context = 32_768, RopeBase = 1e6f },
        new("llama-3.1-8b", "llama")
        {
            Vocabulary = 128_256, Embedding = 4096, FeedForward = 14_336, Layers = 32, Heads = 32, KvHeads = 8, Context = 131_072, RopeBase = 500_000f, Llama3Factor = 8f,
        },
    ];

    private SyntheticShape(string name, string architecture) => (Name, Architecture) = (name, architecture);

    /// <summary>The name under which users ask for it.</summary>
    public string Name { get; }

    /// <summary>GGUF's name of the architecture.</summary>
    public string Architecture { get; }

    /// <summary>Tokens.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int Embedding { get; init; }

    /// <summary>Width of the feed-forward block.</summary>
    public required int FeedForward { get; init; }

    /// <summary>Layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key and value heads.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Elements of a head; 0 for the width divided by the heads.</summary>
    public int HeadDimension { get; init; }

    /// <summary>Positions.</summary>
    public required int Context { get; init; }

    /// <summary>Base of the rotary embedding.</summary>
    public float RopeBase { get; init; } = 10_000f;

    /// <summary>Epsilon of RMSNorm.</summary>
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>True where the embedding is also the output.</summary>
    public bool Tied { get; init; }

    /// <summary>The factor of Llama 3's rotary scaling from 8,192 positions on; 0 for none.</summary>
    public float Llama3Factor { get; init; }

    /// <summary>Elements of a head.</summary>
    public int HeadLength => HeadDimension == 0 ? Embedding / Heads : HeadDimension;

    /// <summary>The shape of that name, or null.</summary>
    public static SyntheticShape? Find(string name) => All.FirstOrDefault(shape => shape.Name == name);
}
