using TeeTee.Primitives;

namespace TeeTee.Rollup.Messages;

/// <summary>A message that is signed by EIP-712 under the domain of <see cref="RollupDomain"/>.</summary>
public interface ITypedMessage<TSelf> : IRollupMessage<TSelf>
    where TSelf : class, ITypedMessage<TSelf>
{
    /// <summary>EIP-712 <c>hashStruct(message)</c>.</summary>
    Bytes32 StructHash();
}
