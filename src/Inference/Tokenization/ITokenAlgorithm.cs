namespace TeeTee.Inference.Tokenization;

/// <summary>How plain text (no special tokens in it) becomes tokens, and what bytes a token stands for.</summary>
internal interface ITokenAlgorithm
{
    /// <summary>Appends the tokens of a text; <paramref name="atStart"/> is true at the beginning and after a special token.</summary>
    void Encode(ReadOnlySpan<byte> text, bool atStart, List<uint> output);

    /// <summary>The bytes that a normal, unused or byte token stands for.</summary>
    ReadOnlyMemory<byte> Bytes(int id);
}
