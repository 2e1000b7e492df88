using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>The witness of one unit of one operator: a struct of contracts/src/types/DisputeTypes.sol.</summary>
/// <typeparam name="TSelf">The witness itself.</typeparam>
public interface IStepWitness<TSelf>
    where TSelf : class, IStepWitness<TSelf>
{
    /// <summary>The struct's ABI type.</summary>
    static abstract AbiType Type { get; }

    /// <summary>The members as the ABI codec takes them.</summary>
    object[] ToTuple();

    /// <summary>The inverse of <see cref="ToTuple"/>.</summary>
    static abstract TSelf FromTuple(object[] members);
}
