using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.Tokenization;

/// <summary>Texts, scores and types of all tokens as the file has them.</summary>
internal sealed class Vocabulary
{
    /// <summary>Longest token text accepted; real ones stay far below.</summary>
    private const int MaxTokenBytes = 4096;

    private const int MaxTokens = 1 << 22;
    private readonly GgufStrings _texts;
    private readonly float[]? _scores;
    private readonly int[]? _types;

    public Vocabulary(GgufMetadata metadata)
    {
        _texts = metadata.FindStrings("tokenizer.ggml.tokens")
            ?? throw new TokenizerException("The file has no tokenizer: tokenizer.ggml.tokens is missing.");
        _scores = metadata.FindFloats("tokenizer.ggml.scores");
        _types = metadata.FindInt32s("tokenizer.ggml.token_type");
        if (Count is 0 or > MaxTokens)
            throw new TokenizerException($"The tokenizer has {Count} tokens, 1 to {MaxTokens} are accepted.");
        CheckLength("tokenizer.ggml.scores", _scores?.Length);
        CheckLength("tokenizer.ggml.token_type", _types?.Length);
        CheckEntries();
    }

    public int Count => _texts.Count;

    public bool HasScores => _scores is not null;

    public ReadOnlyMemory<byte> Text(int id) => _texts.Memory(id);

    public float Score(int id) => _scores is null ? 0f : _scores[id];

    public TokenType Type(int id) => _types is null ? TokenType.Normal : (TokenType)_types[id];

    /// <summary>The first token with exactly this text, or -1.</summary>
    public int Find(ReadOnlySpan<byte> text)
    {
        for (int id = 0; id < Count; id++)
        {
            if (_texts[id].SequenceEqual(text))
                return id;
        }
        return -1;
    }

    private void CheckLength(string key, int? length)
    {
        if (length is int found && found != Count)
            throw new TokenizerException($"{key} has {found} entries for {Count} tokens.");
    }

    private void CheckEntries()
    {
        for (int id = 0; id < Count; id++)
        {
            if (_texts[id].Length > MaxTokenBytes)
                throw new TokenizerException($"Token {id} has {_texts[id].Length} bytes, at most {MaxTokenBytes} are accepted.");
            if (!float.IsFinite(Score(id)))
                throw new TokenizerException($"Token {id} has a score that is not finite.");
            if (!Enum.IsDefined(Type(id)))
                throw new TokenizerException($"Token {id} has the unknown type {(int)Type(id)}.");
        }
    }
}
