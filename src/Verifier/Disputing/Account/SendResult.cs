using TeeTee.Ethereum;

namespace TeeTee.Verifier.Disputing;

/// <summary>What came of a wish to send.</summary>
internal enum SendEnd
{
    /// <summary>A block includes it, and it did what it should.</summary>
    Done,

    /// <summary>The caps, or the mode, forbid it now.</summary>
    Held,

    /// <summary>A node says that it would revert now; nothing was sent.</summary>
    WouldFail,

    /// <summary>A node could not be asked, or the outcome is not known: the state has to be read again.</summary>
    Unknown,

    /// <summary>A block includes it, and it reverted.</summary>
    Failed,
}

/// <summary>What came of a wish to send, with the cause where it was not done.</summary>
internal sealed record SendResult(SendEnd End, string Cause, TransactionReceipt? Receipt = null)
{
    /// <summary>Whether it is done.</summary>
    public bool IsDone => End == SendEnd.Done;
}
