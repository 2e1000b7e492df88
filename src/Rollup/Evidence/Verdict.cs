namespace TeeTee.Rollup.Evidence;

/// <summary>What a verifier says about a batch.</summary>
public enum Verdict
{
    /// <summary>No rule is broken and every sampled job was reproduced bit for bit.</summary>
    Valid,

    /// <summary>A rule is broken or a sampled job differs, twice over, on complete data.</summary>
    Invalid,

    /// <summary>Data that the judgement needs is not to be had; not a fault by itself.</summary>
    Unavailable,
}
