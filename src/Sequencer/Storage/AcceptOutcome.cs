namespace TeeTee.Sequencer.Storage;

/// <summary>What became of the attempt to accept a job.</summary>
internal enum AcceptOutcome
{
    /// <summary>It is stored and its greatest fee is held.</summary>
    Accepted,

    /// <summary>The very same request was accepted before.</summary>
    Exists,

    /// <summary>The nonce is not above the highest accepted one.</summary>
    NonceUsed,

    /// <summary>Charged, held and the greatest fee together pass the credit.</summary>
    CreditTooSmall,

    /// <summary>Charged, held and the greatest fee together pass the request's cumulativeMax.</summary>
    VoucherTooSmall,

    /// <summary>The user has as many running jobs as it may.</summary>
    UserBusy,

    /// <summary>There are as many running jobs as there may be.</summary>
    Full,
}
