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
}
