namespace TeeTee.Inference.Tokenization;

/// <summary>Which special tokens a stretch of text may spell; a wider scope includes the narrower ones.</summary>
internal enum TokenScope : byte
{
    /// <summary>A chat message: nothing but white space that the vocabulary defines as one token.</summary>
    Message,

    /// <summary>Ordinary text: user-defined tokens, which the vocabulary counts as text.</summary>
    Text,

    /// <summary>The author of the text is trusted to write control tokens.</summary>
    Template,
}
