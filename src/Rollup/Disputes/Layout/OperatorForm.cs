namespace TeeTee.Rollup.Disputes;

/// <summary>How an operator's output is cut and committed (protocol section 12).</summary>
public enum OperatorForm
{
    /// <summary>Segments of 4,096 binary32 elements, by pages.</summary>
    Vector,

    /// <summary>Segments of rows with one accumulator per weight page, by pages.</summary>
    Matrix,

    /// <summary>Segments of 128 blocks, one flat hash each.</summary>
    Quantized,

    /// <summary>r and lanes, one flat hash.</summary>
    Norm,

    /// <summary>One binary16 row per kv head: the leaf of kvRoot.</summary>
    Row,

    /// <summary>One chunk tree per query head.</summary>
    Head,

    /// <summary>The bests of all segments of logits, one flat hash.</summary>
    Pick,
}
