using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Receipts;

/// <summary>Gathers <see cref="ReceiptChainFacts"/>, all on the state of one block.</summary>
public sealed class ReceiptChainReader(EthereumClient client, Deployment deployment, ISignatureRecovery recovery)
{
    /// <summary>Reads what the receipt's checks need.</summary>
    /// <exception cref="RpcTransportException">The chain cannot be reached.</exception>
    public async Task<ReceiptChainFacts> ReadAsync(ReceiptDocument receipt, CancellationToken cancellationToken)
    {
        BlockHeader head = await client.GetBlockAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException("The chain has no latest block.");
        var block = BlockTag.Number(head.Number);
        RegistryContract registry = new(client, deployment.Registry);
        RollupContract rollup = new(client, deployment.Rollup);
        var slots = ImmutableDictionary.CreateBuilder<uint, Slot>();
        var keys = ImmutableDictionary.CreateBuilder<uint, IReadOnlyList<SlotKey>>();
        foreach (uint id in receipt.Shards.Select(shard => shard.Receipt.Slot).Distinct().Take(ReceiptVerification.MostShards))
        {
            if (await registry.GetSlotAsync(id, block, cancellationToken).ConfigureAwait(false) is not { } slot)
                continue;
            slots[id] = slot.Slot;
            keys[id] = await registry.GetKeysAsync(id, block, cancellationToken).ConfigureAwait(false);
        }
        ListedModel? model = await registry.GetModelAsync(receipt.Request.ModelId, block, cancellationToken).ConfigureAwait(false);
        PostedBatch? batch = receipt.Batch is { } part ? await rollup.GetBatchAsync(part.Index, block, cancellationToken).ConfigureAwait(false) : null;
        BatchStatus status = batch is null ? BatchStatus.None : await rollup.GetStatusAsync(batch.Index, block, cancellationToken).ConfigureAwait(false);
        return new ReceiptChainFacts(slots.ToImmutable(), keys.ToImmutable(), model?.LayerCount,
            await SessionAsync(receipt, block, cancellationToken).ConfigureAwait(false), batch, status, head.Timestamp);
    }

    private async Task<Rollup.Requests.SessionGrant?> SessionAsync(ReceiptDocument receipt, BlockTag block, CancellationToken cancellationToken)
    {
        Address? signer = deployment.Domain().Signer(new Signed<JobRequest>(receipt.Request, receipt.RequestSignature), recovery);
        return signer is null || signer == receipt.Request.User
            ? null
            : await new CreditsContract(client, deployment.Credits).GetSessionAsync(receipt.Request.User, signer.Value, block, cancellationToken).ConfigureAwait(false);
    }
}
