namespace TeeTee.Rollup.Economics;

/// <summary>What a dispute costs those who take part.</summary>
/// <param name="GasPrice">Wei per gas, the part for data on the layer below included.</param>
/// <param name="ChallengerGas">Gas of open, select and prove.</param>
/// <param name="DefenderGas">Gas of reveal and answer.</param>
/// <param name="Reexecution">Wei that it costs to run a job again.</param>
public sealed record MoveCosts(UInt128 GasPrice, ulong ChallengerGas, ulong DefenderGas, UInt128 Reexecution)
{
    /// <summary>The most gas of one transaction (EIP-7825).</summary>
    public const ulong MostGasOfTransaction = 16_777_216;

    /// <summary>An upper end of what a challenger uses: open, select and prove, each at the most that fits.</summary>
    public const ulong MostChallengerGas = 3 * MostGasOfTransaction;

    /// <summary>An upper end of what a defender uses: reveal and answer, each at the most that fits; a reveal of very many layers can take more.</summary>
    public const ulong MostDefenderGas = 2 * MostGasOfTransaction;

    /// <summary>Wei of the challenger's moves.</summary>
    public UInt128 Challenger => GasPrice * ChallengerGas;

    /// <summary>Wei of the defender's moves.</summary>
    public UInt128 Defender => GasPrice * DefenderGas;
}
