namespace TeeTee.Inference.Tokenization;

/// <summary>What the pre-tokenizers' patterns tell apart.</summary>
internal enum CharacterClass : byte
{
    Other,
    Letter,
    Number,
    Space,

    /// <summary>Counts as other, and is split off by the "default" pre-tokenizer: punctuation and $ + &lt; = &gt; ^ ~ |.</summary>
    Punctuation,
}
