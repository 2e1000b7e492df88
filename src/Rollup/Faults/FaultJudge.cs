namespace TeeTee.Rollup.Faults;

/// <summary>The judges behind SequencerFaults, in the order of its <c>judges()</c>; each has one function per rule.</summary>
public enum FaultJudge
{
    /// <summary>The form of a batch.</summary>
    FormFaults,

    /// <summary>Leaf, request and its signer.</summary>
    RequestFaults,

    /// <summary>Leaf and shard receipts.</summary>
    PipelineFaults,

    /// <summary>Counts, fee, finish, cancellation, what was promised.</summary>
    FinishFaults,

    /// <summary>Token ids of public jobs.</summary>
    TokenFaults,

    /// <summary>The accounting step.</summary>
    AccountFaults,

    /// <summary>What only the data tree binds.</summary>
    EntryFaults,
}
