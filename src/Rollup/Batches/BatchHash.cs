using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Batches;

/// <summary>The identity of a batch (protocol section 8).</summary>
public static class BatchHash
{
    /// <summary><c>keccak256(abi.encode(chainId, rollup, uint64 index, bytes32 parentHash, BatchHeader))</c>.</summary>
    public static Bytes32 Of(RollupDomain domain, ulong index, Bytes32 parentHash, BatchHeader header)
    {
        ArgumentNullException.ThrowIfNull(domain);
        TupleWriter words = new();
        words.Number(domain.ChainId).Account(domain.Rollup).Number(index).Hash(parentHash).Message(header);
        return Keccak256.Hash(words.ToArray());
    }
}
