namespace TeeTee.Inference.Tokenization.Splitting;

/// <summary>One pattern of a pre-tokenizer. What it matches is split off; what lies between matches stays together.</summary>
internal interface ISplitRule
{
    /// <summary>
    /// The leftmost match in [from, to), as if the text began and ended there, or (to, to) if there is none. Searching a
    /// whole text takes time linear in its length.
    /// </summary>
    (int Start, int End) Find(in CharacterMap map, int from, int to);
}
