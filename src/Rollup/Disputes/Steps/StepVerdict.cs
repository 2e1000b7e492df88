namespace TeeTee.Rollup.Disputes;

/// <summary>What a judged step comes to. The contract's `isWrong` returns true, returns false, or reverts.</summary>
public enum StepVerdict
{
    /// <summary>The recomputed unit is the committed one.</summary>
    Right,

    /// <summary>It is not, or one of the two is not finite: the operator is convicted.</summary>
    Wrong,

    /// <summary>Something was not opened as it must be: nothing is decided.</summary>
    Refused,
}
