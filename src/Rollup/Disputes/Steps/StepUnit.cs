namespace TeeTee.Rollup.Disputes;

/// <summary>What `prove` names.</summary>
/// <param name="Element">See the operator's witness in contracts/src/types/DisputeTypes.sol.</param>
/// <param name="Part">The weight page of a matrix; zero otherwise.</param>
public readonly record struct StepUnit(uint Element, uint Part);
