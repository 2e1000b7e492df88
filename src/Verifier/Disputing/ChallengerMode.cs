namespace TeeTee.Verifier.Disputing;

/// <summary>What a verifier does about what it finds.</summary>
public enum ChallengerMode
{
    /// <summary>Tells people, sends nothing.</summary>
    Watchtower,

    /// <summary>Defends the operators named as its interests against wrong disputes and settles what has run out of time; accuses nobody.</summary>
    Defensive,

    /// <summary>Accuses whoever its evidence convicts, demands data that nobody serves, and does what a defensive one does.</summary>
    Active,
}
