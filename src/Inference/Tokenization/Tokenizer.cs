using System.Text;
using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.Tokenization;

/// <summary>
/// The tokenizer of a GGUF file of any architecture, vocabulary-only files included. Works on exact bytes: input that is no
/// UTF-8 is neither refused nor altered. Immutable, safe from several threads.
/// </summary>
public sealed class Tokenizer
{
    /// <summary>The longest text that one call encodes, in bytes.</summary>
    public const int MaxTextBytes = 16 << 20;

    private readonly Vocabulary _vocabulary;
    private readonly ITokenAlgorithm _algorithm;
    private readonly SpecialIds _ids;
    private readonly SpecialTokens _specials;

    private Tokenizer(GgufMetadata metadata)
    {
        _vocabulary = new Vocabulary(metadata);
        Model = metadata.FindString("tokenizer.ggml.model")
            ?? throw new TokenizerException("The file has no tokenizer: tokenizer.ggml.model is missing.");
        Kind = Model switch
        {
            "llama" => TokenizerKind.SentencePiece,
            "gpt2" => TokenizerKind.ByteLevel,
            _ => throw new TokenizerException($"The tokenizer model {Model} is not supported; version 1 has llama and gpt2."),
        };
        _ids = new SpecialIds(metadata, _vocabulary, Kind);
        _specials = new SpecialTokens(_vocabulary);
        PreTokenizerName = metadata.FindString("tokenizer.ggml.pre");
        PreTokenizer? preTokenizer = Kind == TokenizerKind.ByteLevel ? PreTokenizer.FromName(PreTokenizerName) : null;
        AddsBos = metadata.GetBool("tokenizer.ggml.add_bos_token", preTokenizer?.AddsBos ?? true) && _ids.Bos is not null;
        AddsSpacePrefix = metadata.GetBool("tokenizer.ggml.add_space_prefix", Kind == TokenizerKind.SentencePiece);
        Merges = metadata.FindStrings("tokenizer.ggml.merges");
        _algorithm = preTokenizer is null
            ? new SentencePieceAlgorithm(_vocabulary, AddsSpacePrefix, _ids.Unknown)
            : new ByteLevelAlgorithm(_vocabulary, Merges, preTokenizer, _ids.Unknown);
    }

    /// <summary>The algorithm.</summary>
    public TokenizerKind Kind { get; }

    /// <summary>The file's name for the algorithm.</summary>
    public string Model { get; }

    /// <summary>The file's name for the pre-tokenizer, if it has one.</summary>
    public string? PreTokenizerName { get; }

    /// <summary>Number of tokens.</summary>
    public int VocabularySize => _vocabulary.Count;

    /// <summary>The token before every text, if the file has one.</summary>
    public uint? BosId => _ids.Bos;

    /// <summary>The token that ends a text.</summary>
    public uint? EosId => _ids.Eos;

    /// <summary>The token that ends a turn of a chat.</summary>
    public uint? EotId => _ids.Eot;

    /// <summary>The token for what the vocabulary cannot say.</summary>
    public uint? UnknownId => _ids.Unknown;

    /// <summary>True where the file asks for BOS before a prompt.</summary>
    public bool AddsBos { get; }

    /// <summary>True where a space is put before a text (SentencePiece).</summary>
    public bool AddsSpacePrefix { get; }

    /// <summary>All tokens that end a generation, ascending.</summary>
    public IReadOnlySet<uint> EndOfGeneration => _ids.EndOfGeneration;

    internal GgufStrings? Merges { get; }

    /// <summary>Reads the tokenizer from a file's metadata.</summary>
    /// <exception cref="TokenizerException">Something is missing or not supported; the message says what.</exception>
    /// <exception cref="GgufException">A key has the wrong type.</exception>
    public static Tokenizer FromGguf(GgufFile file) => new(file.Metadata);

    /// <summary>Encodes text; lone surrogates become U+FFFD.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{byte}, bool, bool)"/>
    public uint[] Encode(string text, bool addBos, bool parseSpecial = false) =>
        Encode((ReadOnlySpan<byte>)Encoding.UTF8.GetBytes(text), addBos, parseSpecial);

    /// <summary>Encodes text; lone surrogates become U+FFFD.</summary>
    /// <inheritdoc cref="Encode(ReadOnlySpan{byte}, bool, bool)"/>
    public uint[] Encode(ReadOnlySpan<char> text, bool addBos, bool parseSpecial = false)
    {
        byte[] utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, utf8);
        return Encode((ReadOnlySpan<byte>)utf8, addBos, parseSpecial);
    }

    /// <summary>Encodes exact bytes.</summary>
    /// <param name="utf8">The text; invalid UTF-8 is encoded as it is.</param>
    /// <param name="addBos">Whether to put <see cref="BosId"/> first.</param>
    /// <param name="parseSpecial">
    /// Whether the text may spell control tokens. If not they are plain text; user-defined tokens are found in both cases.
    /// </param>
    /// <exception cref="TokenizerException">
    /// The text is longer than <see cref="MaxTextBytes"/>, BOS was asked for and there is none, or a byte has no token.
    /// </exception>
    public uint[] Encode(ReadOnlySpan<byte> utf8, bool addBos, bool parseSpecial = false) =>
        Encode(utf8, [parseSpecial ? TokenScope.Template : TokenScope.Text], addBos);

    /// <summary>Encodes a text whose bytes may spell different sets of special tokens.</summary>
    internal uint[] Encode(ReadOnlySpan<byte> text, ReadOnlySpan<TokenScope> scopes, bool addBos)
    {
        if (text.Length > MaxTextBytes)
            throw new TokenizerException($"The text has {text.Length} bytes, at most {MaxTextBytes} are encoded at once.");
        List<uint> output = new(text.Length / 3 + 8);
        if (addBos)
            output.Add(BosId ?? throw new TokenizerException("BOS was asked for, but the tokenizer has none."));
        bool atStart = true;
        for (int at = 0; at < text.Length;)
        {
            (int start, int length, int token) = _specials.Find(text, scopes, at);
            if (start > at)
                _algorithm.Encode(text[at..start], atStart, output);
            atStart = token >= 0;
            if (token >= 0)
                output.Add((uint)token);
            at = start + length;
        }
        return [.. output];
    }

    /// <summary>The bytes that tokens stand for; control and unknown tokens stand for none.</summary>
    /// <param name="ids">Tokens of this vocabulary.</param>
    /// <param name="dropSpacePrefix">Whether to leave out the space that encoding puts before a text.</param>
    /// <exception cref="ArgumentOutOfRangeException">A token is not in the vocabulary.</exception>
    public byte[] Decode(ReadOnlySpan<uint> ids, bool dropSpacePrefix = false)
    {
        List<byte> bytes = new(ids.Length * 4);
        foreach (uint id in ids)
            bytes.AddRange(TokenBytes(id));
        if (dropSpacePrefix && AddsSpacePrefix && bytes.Count > 0 && bytes[0] == (byte)' ')
            bytes.RemoveAt(0);
        return [.. bytes];
    }

    /// <summary>The bytes that one token stands for; none for control and unknown tokens.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The token is not in the vocabulary.</exception>
    public ReadOnlySpan<byte> TokenBytes(uint id) => TypeOf(id) switch
    {
        TokenType.Control or TokenType.Unknown => default,
        TokenType.UserDefined when Kind == TokenizerKind.ByteLevel => _vocabulary.Text((int)id).Span,
        _ => _algorithm.Bytes((int)id).Span,
    };

    /// <summary>The token as the file spells it, for people; bytes that are no UTF-8 show as U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The token is not in the vocabulary.</exception>
    public string TokenText(uint id) => Encoding.UTF8.GetString(_vocabulary.Text(Checked(id)).Span);

    /// <summary>What a token is.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The token is not in the vocabulary.</exception>
    public TokenType TypeOf(uint id) => _vocabulary.Type(Checked(id));

    /// <summary>True for a token that is structure and never text.</summary>
    public bool IsControl(uint id) => TypeOf(id) == TokenType.Control;

    /// <summary>A decoder for one stream of tokens.</summary>
    public StreamingDecoder CreateDecoder() => new(this);

    internal float Score(uint id) => _vocabulary.Score(Checked(id));

    internal ReadOnlySpan<byte> FileText(uint id) => _vocabulary.Text(Checked(id)).Span;

    private int Checked(uint id)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, (uint)VocabularySize, nameof(id));
        return (int)id;
    }
}
