namespace TeeTee.RollupContracts;

/// <summary>The kinds of dispute behind the hub, in the hub's order.</summary>
public enum DisputeKind
{
    /// <summary>Doubts about quotes.</summary>
    QuoteChallenges,

    /// <summary>Disputes about one computation.</summary>
    Game,

    /// <summary>Faults of a sequencer that one transaction proves.</summary>
    SequencerFaults,

    /// <summary>Demands for batch data.</summary>
    DataChallenges,

    /// <summary>Demands to see what was promised to a client.</summary>
    AnswerChallenges,

    /// <summary>Demands for weight pages.</summary>
    WeightChallenges,
}
