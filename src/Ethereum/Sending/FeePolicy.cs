namespace TeeTee.Ethereum;

/// <summary>The arithmetic of offers and replacements; pure.</summary>
internal static class FeePolicy
{
    /// <summary>What pools demand of a replacement, in percent of the replaced offer.</summary>
    private const uint BumpPercent = 110;

    /// <summary>The first offer: the suggested tip and twice the base fee, within the limit.</summary>
    public static (UInt128 Tip, UInt128 Cap) First(FeeEstimate fees, TransactionSenderOptions options)
    {
        // Both parts are cut before they are added: a node may answer anything.
        var tip = UInt128.Min(UInt128.Max(fees.Tip, options.MinTip), options.MaxFeePerGas);
        var baseFee = UInt128.Min(fees.BaseFee, options.MaxFeePerGas);
        var cap = UInt128.Min(new FeeEstimate(baseFee, tip).MaxFee, options.MaxFeePerGas);
        return (tip, cap);
    }

    /// <summary>
    /// The offer that replaces one: both parts at least 10 % higher, rounded up, and not below a fresh offer. Null if
    /// the limit leaves no room.
    /// </summary>
    public static (UInt128 Tip, UInt128 Cap)? Replace(UInt128 tip, UInt128 cap, FeeEstimate fees, TransactionSenderOptions options)
    {
        var fresh = First(fees, options);
        var newTip = UInt128.Max(Raise(tip), fresh.Tip);
        var newCap = UInt128.Max(UInt128.Max(Raise(cap), fresh.Cap), newTip);
        return newCap <= options.MaxFeePerGas ? (newTip, newCap) : null;
    }

    /// <summary>10 % more, rounded up, and at least 1 more: rounding down leaves bumps below the threshold for ever.</summary>
    public static UInt128 Raise(UInt128 value) => UInt128.Max((value * BumpPercent + 99) / 100, value + 1);
}
