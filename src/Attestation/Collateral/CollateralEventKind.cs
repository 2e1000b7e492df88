namespace TeeTee.Attestation.Collateral;

/// <summary>What happens to a cache.</summary>
public enum CollateralEventKind
{
    /// <summary>Newer collateral was taken in.</summary>
    Renewed,

    /// <summary>What was fetched is what is held.</summary>
    Unchanged,

    /// <summary>A fetch failed, or gave something that is not authentic.</summary>
    Failed,

    /// <summary>A source gave an older evaluation than the one held: an attack or a source that lags. The newer one stays.</summary>
    RolledBack,

    /// <summary>A file of the folder was ignored, or could not be written.</summary>
    FileIgnored,

    /// <summary>More platforms were asked for than are held at a time.</summary>
    TooManyPlatforms,
}
