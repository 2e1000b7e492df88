namespace TeeTee.Primitives;

/// <summary>What a salted leaf holds (docs/protocol.md, section 10).</summary>
public enum SaltKind : uint
{
    /// <summary>A page of the tokens of positions 0..T.</summary>
    TokensPage = 1,

    /// <summary>A page of the prompt alone.</summary>
    PromptTokensPage = 2,

    /// <summary>A page of a vector at a layer boundary.</summary>
    VectorPage = 3,

    /// <summary>A stored k or v row.</summary>
    KvRow = 4,

    /// <summary>Content of an operator's output, opened in a dispute only (section 12).</summary>
    DisputeContent = 5,
}
