using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Faults;

/// <summary>A posted batch with what its hash covers.</summary>
/// <param name="Index">Index in the rollup.</param>
/// <param name="Hash">Its hash, which alone identifies it.</param>
/// <param name="Header">As posted.</param>
public sealed record PostedBatchRef(ulong Index, Bytes32 Hash, BatchHeader Header)
{
    /// <summary>The contracts' <c>BatchRef</c>.</summary>
    public object[] ToTuple() => [Index, Hash, MessageTuples.Of(Header)];
}
