using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Faults;

namespace TeeTee.RollupContracts;

/// <summary>SequencerFaults: convicts a batch's poster of what one transaction proves.</summary>
public sealed class SequencerFaultsContract(EthereumClient client, Address address) : Contract(client, address, ContractNames.SequencerFaults)
{
    /// <summary>The least that a conviction takes from the poster's stake, in wei.</summary>
    public Task<UInt128> GetPenaltyAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("penalty", [], block, cancellationToken);

    /// <summary>What of it goes to who proved the fault, in wei.</summary>
    public Task<UInt128> GetBountyAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("bounty", [], block, cancellationToken);

    /// <summary>Whether a fault of the leaf was punished.</summary>
    public Task<bool> IsConvictedAsync(Bytes32 batchHash, uint leaf, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<bool>("isConvicted", [batchHash, leaf], block, cancellationToken);

    /// <summary>Where compensation for fallen batches is claimed.</summary>
    public Task<Address> GetCompensationsAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<Address>("compensations", [], block, cancellationToken);

    /// <summary>Calldata of <c>convict</c>.</summary>
    public byte[] Convict(FaultProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return Encode("convict", (uint)proof.Judge, CallOf(proof));
    }

    /// <summary>The call of the judge that the proof is for.</summary>
    public static byte[] CallOf(FaultProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        return ContractArtifact.Load($"{proof.Judge}").Function(proof.Function).EncodeCall([.. proof.Arguments]);
    }
}
