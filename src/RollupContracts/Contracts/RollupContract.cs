using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>TeeTeeRollup: batches and their finality.</summary>
public sealed class RollupContract(EthereumClient client, Address address) : Contract(client, address, ContractNames.Rollup)
{
    /// <summary>The numbers of the deployment.</summary>
    public async Task<RollupParameters> GetParametersAsync(BlockTag block, CancellationToken cancellationToken) =>
        RollupParameters.Of(await CallAsync<object>("parameters", [], block, cancellationToken));

    /// <summary>A batch; null if none was posted under the index.</summary>
    public async Task<PostedBatch?> GetBatchAsync(ulong index, BlockTag block, CancellationToken cancellationToken)
    {
        var batch = PostedBatch.Of(index, await CallAsync<object>("batch", [index], block, cancellationToken));
        return batch.BatchHash.IsZero ? null : batch;
    }

    /// <summary>The newest batch that stands: the next one's parent. Index 0 with a zero hash before the first.</summary>
    public async Task<PostedBatch> GetHeadAsync(BlockTag block, CancellationToken cancellationToken)
    {
        object[] values = await CallAsync("latestBatch", [], block, cancellationToken);
        return PostedBatch.Of((ulong)values[0], values[1]);
    }

    /// <summary>Where a batch stands.</summary>
    public async Task<BatchStatus> GetStatusAsync(ulong index, BlockTag block, CancellationToken cancellationToken) =>
        (BatchStatus)await CallAsync<ulong>("statusOf", [index], block, cancellationToken);

    /// <summary>The index that the next batch must name.</summary>
    public Task<ulong> GetNextIndexAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<ulong>("nextIndex", [], block, cancellationToken);

    /// <summary>The newest final batch; 0 before the first.</summary>
    public Task<ulong> GetFinalIndexAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<ulong>("finalIndex", [], block, cancellationToken);

    /// <summary>The state root of the newest final batch.</summary>
    public Task<Bytes32> GetFinalStateRootAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<Bytes32>("finalStateRoot", [], block, cancellationToken);

    /// <summary>The separator of the domain that every signature is made under.</summary>
    public Task<Bytes32> GetDomainSeparatorAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<Bytes32>("domainSeparator", [], block, cancellationToken);

    /// <summary>The dispute module: the one contract that may convict. Zero where a development network has none.</summary>
    public Task<Address> GetDisputeModuleAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<Address>("disputeModule", [], block, cancellationToken);

    /// <summary>The quote verifier in force now: what judges registrations.</summary>
    public Task<Address> GetQuoteVerifierAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<Address>("quoteVerifier", [], block, cancellationToken);

    /// <summary>The quote verifier in force at the end of a second: what judges a quote by that second.</summary>
    public Task<Address> GetQuoteVerifierAsync(ulong time, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<Address>("quoteVerifierAt", [time], block, cancellationToken);

    /// <summary>The identity that the contract gives a batch.</summary>
    public Task<Bytes32> HashBatchAsync(ulong index, Bytes32 parentHash, BatchHeader header, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<Bytes32>("hashBatch", [index, parentHash, Tuples.Of(header)], block, cancellationToken);

    /// <summary>Calldata of <c>postBatch</c>.</summary>
    public byte[] PostBatch(ulong expectedIndex, Bytes32 expectedParentHash, BatchHeader header) =>
        Encode("postBatch", expectedIndex, expectedParentHash, Tuples.Of(header));

    /// <summary>Calldata of <c>finalize</c>.</summary>
    public byte[] FinalizeBatches(ulong maxBatches) => Encode("finalize", maxBatches);
}
