namespace TeeTee.RollupContracts;

/// <summary>Where a dispute about a computation stands, numbered as in the contract. States only move forward.</summary>
public enum GameState
{
    /// <summary>There is no such dispute.</summary>
    None,

    /// <summary>The defender owes the reveal.</summary>
    Opened,

    /// <summary>The challenger owes the selection.</summary>
    Revealed,

    /// <summary>The content of the selected entry is owed; anyone may give it.</summary>
    Selected,

    /// <summary>The challenger owes the proof.</summary>
    Answered,

    /// <summary>The operator was convicted by this dispute.</summary>
    ChallengerWon,

    /// <summary>The challenger lost its bond.</summary>
    DefenderWon,

    /// <summary>Another conviction settled the matter.</summary>
    Moot,

    /// <summary>The module was replaced meanwhile; nobody won.</summary>
    Void,
}
