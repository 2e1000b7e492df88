namespace TeeTee.Cli.Bench.Binary32;

/// <summary>The operations that are compared, numbered as in contracts/src/bench/Binary32Fuzz.sol.</summary>
internal enum FuzzOperation
{
    Add,
    Sub,
    Mul,
    Fma,
    Div,
    Sqrt,
    Compare,
    FromInt,
    ToInt,
    FromHalf,
    ToHalf,
    FmaInt,
    MulHalf,
    ExpNeg,
    Ln,
    Quantize,
    Philox,
    Noise,

    /// <summary>Wrong on chain on purpose (a product whose ties go away from zero): the comparison has to find it.</summary>
    Planted,
}
