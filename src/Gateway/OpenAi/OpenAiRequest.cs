using TeeTee.Inference.Tokenization;

namespace TeeTee.Gateway.OpenAi;

/// <summary>A request of either endpoint, read and checked field by field. Exactly one of the three inputs is set.</summary>
internal sealed record OpenAiRequest
{
    public required string Model { get; init; }

    /// <summary>A conversation (chat completions).</summary>
    public IReadOnlyList<ChatMessage>? Messages { get; init; }

    /// <summary>Plain text (completions).</summary>
    public string? PromptText { get; init; }

    /// <summary>Token ids (completions).</summary>
    public uint[]? PromptTokens { get; init; }

    public bool Stream { get; init; }

    public bool IncludeUsage { get; init; }

    /// <summary>At least 1; null where the client leaves it to the gateway.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>0 to 2; null where the client leaves it to the gateway.</summary>
    public double? Temperature { get; init; }

    public long? Seed { get; init; }

    /// <summary>At most four strings, none empty.</summary>
    public IReadOnlyList<string> Stop { get; init; } = [];

    public bool IsChat => Messages is not null;
}
