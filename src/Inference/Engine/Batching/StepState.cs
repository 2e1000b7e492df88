namespace TeeTee.Inference.Engine.Batching;

/// <summary>Where a step is.</summary>
internal enum StepState
{
    /// <summary>There is none: another may be submitted.</summary>
    Idle,

    /// <summary>In a queue.</summary>
    Waiting,

    /// <summary>In a pass.</summary>
    Running,

    /// <summary>Its result is there or on its way.</summary>
    Ended,
}
