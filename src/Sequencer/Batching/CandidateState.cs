namespace TeeTee.Sequencer.Batching;

/// <summary>Whether an unposted job may go into a batch.</summary>
internal enum CandidateState
{
    /// <summary>It has not ended: later nonces of its user wait for it.</summary>
    Running,

    /// <summary>Answered, but a shard's quote over its receipt is missing.</summary>
    Uncovered,

    /// <summary>Answered and covered, but the rules of a batch refused it just now: later nonces of its user wait for it.</summary>
    Refused,

    /// <summary>Answered and covered by verified quotes.</summary>
    Ready,

    /// <summary>Void: posted with fee 0 and no receipts.</summary>
    Void,
}
