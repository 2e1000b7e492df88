namespace TeeTee.Verifier.Judging;

/// <summary>How a published job differs from its re-execution.</summary>
public enum ReexecutionFault
{
    /// <summary>A slot's leaf list has another leaf.</summary>
    LeafDiffers,

    /// <summary>A published token is not the one that the logits give.</summary>
    TokenDiffers,

    /// <summary>The published tokens lead to a value that is not finite, so no honest slot could have answered.</summary>
    NotFinite,

    /// <summary>The tokens of a sealed job break a rule by which those of public jobs are judged: the vocabulary, or how an answer ends.</summary>
    TokensBreakRule,
}
