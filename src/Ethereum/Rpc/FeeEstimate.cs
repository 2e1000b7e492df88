namespace TeeTee.Ethereum;

/// <summary>What a transaction should offer now, in wei per gas.</summary>
/// <param name="BaseFee">The next block's base fee.</param>
/// <param name="Tip">The suggested priority fee.</param>
public sealed record FeeEstimate(UInt128 BaseFee, UInt128 Tip)
{
    /// <summary>The tip plus twice the base fee, so that the offer stays good while the base fee doubles.</summary>
    public UInt128 MaxFee => Tip + 2 * BaseFee;
}
