namespace TeeTee.Inference.Tokenization;

/// <summary>The algorithm; the numbers are those of docs/protocol.md, section 3.</summary>
public enum TokenizerKind
{
    /// <summary>SentencePiece BPE: merges by score, falls back to bytes ("llama").</summary>
    SentencePiece = 1,

    /// <summary>Byte-level BPE: merges by rank within pre-tokens ("gpt2").</summary>
    ByteLevel = 2,
}
