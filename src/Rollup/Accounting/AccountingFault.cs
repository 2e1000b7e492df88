namespace TeeTee.Rollup.Accounting;

/// <summary>Why a query receipt cannot be applied (protocol section 9).</summary>
public enum AccountingFault
{
    /// <summary>The request's nonce is not above the user's last one.</summary>
    NonceNotIncreasing,

    /// <summary>The user would have spent more than it signed for.</summary>
    CumulativeMaxExceeded,

    /// <summary>The user would have spent more than its credits at posting.</summary>
    Overdraft,

    /// <summary>The user would have spent more than its finalised earnings.</summary>
    EarningsExceeded,

    /// <summary>An amount would pass 2^128.</summary>
    AmountOverflow,
}
