using System.Numerics;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Faults;

namespace TeeTee.RollupContracts;

/// <summary>Compensations: what hosts get for honest work that a roll-back undid.</summary>
public sealed class CompensationsContract(EthereumClient client, Address address) : Contract(client, address, ContractNames.Compensations)
{
    private static readonly AbiType[] s_claimId = [.. ((string[])["bytes32", "uint32", "uint256"]).Select(AbiType.Parse)];

    /// <summary>keccak256(abi.encode(batchHash, leaf, part)).</summary>
    public static Bytes32 ClaimId(Bytes32 batchHash, uint leaf, uint part) => Keccak256.Hash(AbiCodec.Encode(s_claimId, [batchHash, leaf, (BigInteger)part]));

    /// <summary>How many roll-backs left money here.</summary>
    public async Task<ulong> CountAsync(BlockTag block, CancellationToken cancellationToken) =>
        (ulong)await CallAsync<BigInteger>("caseCount", [], block, cancellationToken);

    /// <summary>A case; null for an unknown id.</summary>
    public async Task<CompensationCase?> GetCaseAsync(ulong id, BlockTag block, CancellationToken cancellationToken) =>
        CompensationCase.Of(id, await CallAsync<object>("caseOf", [(BigInteger)id], block, cancellationToken));

    /// <summary>What a claim that stands has lost, in wei; 0 for one that does not.</summary>
    public async Task<UInt128> GetLostAsync(Bytes32 claimId, BlockTag block, CancellationToken cancellationToken) =>
        (UInt128)((object[])await CallAsync<object>("claimOf", [claimId], block, cancellationToken))[2];

    /// <summary>Calldata of <c>register</c> for the operator of one shard.</summary>
    public byte[] Register(ulong caseId, PostedBatchRef batch, LeafOpening opening, BatchLeaf leaf, int part)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(opening);
        ArgumentNullException.ThrowIfNull(leaf);
        return Encode(
            "register", (BigInteger)caseId, batch.ToTuple(), opening.ToTuple(), MessageTuples.Of(leaf.Request), (BigInteger)part,
            MessageTuples.Of(leaf.Shards[part].Receipt));
    }

    /// <summary>Calldata of <c>strike</c>: the claim's receipt is shard <paramref name="part"/> of a leaf that stands.</summary>
    public byte[] Strike(Bytes32 claimId, PostedBatchRef batch, LeafOpening opening, int part)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(opening);
        return Encode("strike", claimId, batch.ToTuple(), opening.ToTuple(), (BigInteger)part);
    }

    /// <summary>Calldata of <c>pay</c>.</summary>
    public byte[] Pay(Bytes32 claimId) => Encode("pay", claimId);

    /// <summary>Calldata of <c>close</c>.</summary>
    public byte[] Close(ulong caseId) => Encode("close", (BigInteger)caseId);
}
