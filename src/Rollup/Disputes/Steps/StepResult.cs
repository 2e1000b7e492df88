namespace TeeTee.Rollup.Disputes;

/// <summary>The verdict on one step; stage and cause say why it was refused.</summary>
public readonly record struct StepResult(StepVerdict Verdict, StepStage Stage = StepStage.None, StepCause Cause = StepCause.None);
