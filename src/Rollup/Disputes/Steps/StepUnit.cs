namespace TeeTee.Rollup.Disputes;

/// <summary>What `prove` names.</summary>
/// <param name="Element">See the operator's witness in contracts/src/types/DisputeTypes.sol.</param>
/// <param name="Part">The weight page of a matrix; <see cref="SaltPart"/>; zero otherwise.</param>
public readonly record struct StepUnit(uint Element, uint Part)
{
    /// <summary>The part that stands for the salt of a sealed content: the element is then a page of a segment, or 0.</summary>
    public const uint SaltPart = uint.MaxValue;

    /// <summary>Whether the salt is meant. Proving it publishes the job's salt key.</summary>
    public bool IsSalt => Part == SaltPart;
}
