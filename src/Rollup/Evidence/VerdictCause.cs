namespace TeeTee.Rollup.Evidence;

/// <summary>On what a verdict rests.</summary>
public enum VerdictCause
{
    /// <summary>Everything that was checked held.</summary>
    None,

    /// <summary>A rule is broken; see the findings.</summary>
    RuleBroken,

    /// <summary>Re-execution gives other trace leaves or tokens; see the differences.</summary>
    TraceDiffers,

    /// <summary>Nobody serves the manifest behind dataRoot.</summary>
    ManifestMissing,

    /// <summary>Nobody serves some chunks; see the missing ones.</summary>
    ChunksMissing,

    /// <summary>The verifier does not hold the model's weights.</summary>
    ModelMissing,

    /// <summary>The job is sealed and the verifier cannot read it.</summary>
    SealedJob,

    /// <summary>The batch holds more data than the verifier takes.</summary>
    DataTooLarge,

    /// <summary>The state after the parent batch cannot be derived.</summary>
    ParentUnavailable,

    /// <summary>A chain endpoint gives no usable answer.</summary>
    ChainUnavailable,

    /// <summary>Chain endpoints contradict each other.</summary>
    ChainsDisagree,

    /// <summary>No batch stands under the index, or it was rolled back.</summary>
    NotStanding,

    /// <summary>A fault that was found did not show a second time.</summary>
    NotReproduced,

    /// <summary>The time for one judgement is over; not a failure.</summary>
    TimedOut,

    /// <summary>The verifier holds no collateral that can judge a quote at the batch's time.</summary>
    CollateralMissing,
}
