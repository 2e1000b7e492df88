namespace TeeTee.Rollup.Disputes;

/// <summary>Why a step was refused.</summary>
public enum StepCause
{
    /// <summary>Nothing was refused.</summary>
    None,

    /// <summary>The model has operators or shapes outside of version 1.</summary>
    NotDisputable,

    /// <summary>No such position, group, entry, element or part, or an operator that is given and not computed.</summary>
    OutOfRange,

    /// <summary>The bytes are no canonical encoding of the operator's witness.</summary>
    Malformed,

    /// <summary>Bytes or a list of another length than the place dictates.</summary>
    BadLength,

    /// <summary>The opened content, or the path above it, does not lead to what is committed.</summary>
    BadPath,

    /// <summary>Something was opened that the unit does not need.</summary>
    Unexpected,
}
