namespace TeeTee.Hosting.Faults;

/// <summary>Who commits a fault.</summary>
public enum FaultRole
{
    /// <summary>A shard: convicted by a dispute about its computation.</summary>
    Shard,

    /// <summary>The sequencer: convicted by one transaction, or by an unanswered challenge.</summary>
    Sequencer,

    /// <summary>Somebody who attacks an honest party, which must keep everything.</summary>
    Attacker,
}
