namespace TeeTee.Rollup.Economics;

/// <summary>What a dispute costs those who take part.</summary>
/// <param name="GasPrice">Wei per gas, the part for data on the layer below included.</param>
/// <param name="ChallengerGas">Gas of open, select and prove.</param>
/// <param name="DefenderGas">Gas of reveal and answer.</param>
/// <param name="Reexecution">Wei that it costs to run a job again.</param>
public sealed record MoveCosts(UInt128 GasPrice, ulong ChallengerGas, ulong DefenderGas, UInt128 Reexecution)
{
    /// <summary>Wei of the challenger's moves.</summary>
    public UInt128 Challenger => GasPrice * ChallengerGas;

    /// <summary>Wei of the defender's moves.</summary>
    public UInt128 Defender => GasPrice * DefenderGas;
}
