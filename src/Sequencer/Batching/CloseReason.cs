namespace TeeTee.Sequencer.Batching;

/// <summary>Why a batch is closed.</summary>
internal enum CloseReason
{
    /// <summary>It is full.</summary>
    Size,

    /// <summary>Its oldest answer has waited long enough.</summary>
    Age,

    /// <summary>A job in it must be posted soon.</summary>
    Deadline,
}
