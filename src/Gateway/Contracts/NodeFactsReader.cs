using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Contracts;

/// <summary>Gathers <see cref="NodeFacts"/>, all on the state of one block.</summary>
public sealed class NodeFactsReader(EthereumClient client, Deployment deployment)
{
    /// <summary>Reads what the contracts say about a sequencer and the pipelines of some of its models.</summary>
    /// <exception cref="JobApiException">The chain cannot be reached or is another one than the deployment's.</exception>
    public async Task<NodeFacts> ReadAsync(NodeInfo node, IReadOnlyList<ModelInfo> models, CancellationToken cancellationToken)
    {
        try
        {
            ulong chainId = await client.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
            return chainId == deployment.ChainId
                ? await ReadOnChainAsync(node, models, cancellationToken).ConfigureAwait(false)
                : throw new JobApiException(null, "wrong_chain", $"The chain endpoint is of chain {chainId}, the deployment of {deployment.ChainId}.");
        }
        catch (Exception fault) when (fault is RpcTransportException or JsonRpcException or MalformedDataException)
        {
            throw new JobApiException(null, "unreachable", $"The contracts cannot be asked about the sequencer: {fault.Message}", cause: fault);
        }
    }

    private async Task<NodeFacts> ReadOnChainAsync(NodeInfo node, IReadOnlyList<ModelInfo> models, CancellationToken cancellationToken)
    {
        BlockHeader head = await client.GetBlockAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false)
            ?? throw new JobApiException(null, "unreachable", "The chain has no latest block.");
        var block = BlockTag.Number(head.Number);
        RegistryContract registry = new(client, deployment.Registry);
        ulong epoch = await registry.GetCurrentEpochAsync(block, cancellationToken).ConfigureAwait(false);
        bool isPoster = await registry.IsActivePosterAsync(node.Sequencer, block, cancellationToken).ConfigureAwait(false);
        var listed = ImmutableDictionary.CreateBuilder<Bytes32, ListedModel>();
        var slots = ImmutableDictionary.CreateBuilder<uint, Slot>();
        var keys = ImmutableDictionary.CreateBuilder<uint, IReadOnlyList<SlotKey>>();
        foreach (ModelInfo model in models)
        {
            if (await registry.GetModelAsync(model.ModelId, block, cancellationToken).ConfigureAwait(false) is { } found)
                listed[model.ModelId] = found;
            foreach (uint id in model.Slots.Select(slot => slot.SlotId).Distinct().Take(NodeVerification.MostSlots))
            {
                if (await registry.GetSlotAsync(id, block, cancellationToken).ConfigureAwait(false) is not { } slot)
                    continue;
                slots[id] = slot.Slot;
                keys[id] = await registry.GetKeysAsync(id, block, cancellationToken).ConfigureAwait(false);
            }
        }
        return new NodeFacts(isPoster, epoch, listed.ToImmutable(), slots.ToImmutable(), keys.ToImmutable());
    }
}
