using System.Text;
using TeeTee.Inference.Gguf;

namespace TeeTee.Inference.Tokenization;

/// <summary>Reads the identifiers of the tokens with a meaning of their own.</summary>
internal sealed class SpecialIds
{
    private static readonly string[] s_turnEnds = ["<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|eot|>"];
    private static readonly string[] s_textEnds = ["<|endoftext|>", "<|end_of_text|>", "<|eom_id|>", "<EOT>", "<eos>"];
    private readonly GgufMetadata _metadata;
    private readonly Vocabulary _vocabulary;

    public SpecialIds(GgufMetadata metadata, Vocabulary vocabulary, TokenizerKind kind)
    {
        (_metadata, _vocabulary) = (metadata, vocabulary);
        bool defaults = kind == TokenizerKind.SentencePiece;
        Bos = Read("bos_token_id", defaults ? 1u : null);
        Eos = Read("eos_token_id", defaults ? 2u : null);
        Unknown = Read("unknown_token_id", defaults ? 0u : null);
        Eot = Read("eot_token_id", null) ?? FindFirst(s_turnEnds);
        EndOfGeneration = CollectEnds();
    }

    public uint? Bos { get; }

    public uint? Eos { get; }

    public uint? Eot { get; }

    public uint? Unknown { get; }

    public IReadOnlySet<uint> EndOfGeneration { get; }

    /// <summary>Whether a token ends generations without being named in the file.</summary>
    public static bool IsKnownEnd(string text, TokenType type) =>
        type is TokenType.Control or TokenType.UserDefined && (s_turnEnds.Contains(text) || s_textEnds.Contains(text));

    private uint? Read(string name, uint? missing)
    {
        string key = $"tokenizer.ggml.{name}";
        uint? id = _metadata.FindUInt32(key);
        if (id is null)
            return missing < (uint)_vocabulary.Count ? missing : null;
        if (id == uint.MaxValue)
            return null;
        return id < (uint)_vocabulary.Count
            ? id
            : throw new TokenizerException($"{key} is {id}, but the vocabulary has {_vocabulary.Count} tokens.");
    }

    private SortedSet<uint> CollectEnds()
    {
        SortedSet<uint> ends = [];
        foreach (uint? id in (ReadOnlySpan<uint?>)[Eos, Eot, Read("eom_token_id", null)])
        {
            if (id is uint known)
                ends.Add(known);
        }
        foreach (string text in s_turnEnds.Concat(s_textEnds))
        {
            if (FindFirst([text]) is uint known)
                ends.Add(known);
        }
        return ends;
    }

    /// <summary>The first of these texts that is a special token of the vocabulary; ordinary tokens of that text do not count.</summary>
    private uint? FindFirst(string[] texts)
    {
        foreach (string text in texts)
        {
            int id = _vocabulary.Find(Encoding.UTF8.GetBytes(text));
            if (id >= 0 && _vocabulary.Type(id) is TokenType.Control or TokenType.UserDefined)
                return (uint)id;
        }
        return null;
    }
}
