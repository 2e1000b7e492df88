namespace TeeTee.Ethereum;

/// <summary>How sending a transaction ended.</summary>
public enum TransactionStatus
{
    /// <summary>A block includes it, and it did not revert.</summary>
    Succeeded,

    /// <summary>A block includes it, and it reverted.</summary>
    Reverted,

    /// <summary>The estimate reverted; nothing was signed or sent.</summary>
    WouldRevert,

    /// <summary>The node refuses it for another reason (funds, size, chain); nothing is in the pool.</summary>
    Rejected,

    /// <summary>
    /// Another transaction has taken its nonce. Before sending the same work again, ask the chain whether it is done already.
    /// </summary>
    NonceConsumed,

    /// <summary>Not included in time. It may still be: resume it, do not send the same work under a new nonce.</summary>
    TimedOut,
}
