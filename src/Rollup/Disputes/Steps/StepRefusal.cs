namespace TeeTee.Rollup.Disputes;

/// <summary>Ends the judging of a step, as a revert does; never leaves <see cref="StepVerifier"/>.</summary>
internal sealed class StepRefusal(StepStage stage, StepCause cause) : Exception
{
    public StepResult Result { get; } = new(StepVerdict.Refused, stage, cause);

    /// <summary>Refuses unless a condition holds.</summary>
    public static void Unless(bool condition, StepStage stage, StepCause cause)
    {
        if (!condition)
            throw new StepRefusal(stage, cause);
    }
}
