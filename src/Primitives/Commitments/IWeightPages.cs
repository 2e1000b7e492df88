namespace TeeTee.Primitives;

/// <summary>Opens pages of weights below a model's <c>weightsRoot</c> (docs/protocol.md, section 3).</summary>
public interface IWeightPages
{
    /// <summary>A page of a tensor's row with its path.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such page.</exception>
    ProvenPage Prove(uint tensorId, int row, int page);
}
