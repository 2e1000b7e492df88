namespace TeeTee.Hosting.Failures;

/// <summary>What a process of TeeTee tells its caller when it ends; the table in docs/operating.md is made from these names.</summary>
public enum ExitCode
{
    /// <summary>The command did what it was asked to do.</summary>
    Success = 0,

    /// <summary>A fault of the program itself; its message asks for a report.</summary>
    Unexpected = 1,

    /// <summary>The command line cannot be understood.</summary>
    Usage = 2,

    /// <summary>A setting, key file, database or deployment file does not fit.</summary>
    Configuration = 3,

    /// <summary>The model file is damaged, incomplete or of an unsupported kind.</summary>
    Model = 4,

    /// <summary>A chain, sequencer or shard cannot be reached.</summary>
    Unreachable = 5,

    /// <summary>The other side refused: credit, limits, a bad request.</summary>
    Refused = 6,

    /// <summary>A check was made and failed: a receipt, a quote or a batch is not what it claims.</summary>
    VerificationFailed = 7,

    /// <summary>A check could not be made because data is missing.</summary>
    Unavailable = 8,

    /// <summary>The work did not end in its time.</summary>
    Timeout = 9,

    /// <summary>Ended by Ctrl+C.</summary>
    Interrupted = 130,
}
