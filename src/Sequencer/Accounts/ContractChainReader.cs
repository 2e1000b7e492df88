using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.RollupContracts;

namespace TeeTee.Sequencer.Accounts;

/// <summary>Asks the deployed contracts over JSON-RPC.</summary>
/// <param name="creditBlock">The block whose deposits count.</param>
internal sealed class ContractChainReader(EthereumClient client, Deployment deployment, BlockTag creditBlock) : IChainReader
{
    // Past every checkpoint: all additions less all requests of the block.
    private const ulong EndOfTime = ulong.MaxValue;

    private readonly RollupContract _rollup = new(client, deployment.Rollup);
    private readonly RegistryContract _registry = new(client, deployment.Registry);
    private readonly CreditsContract _credits = new(client, deployment.Credits);

    public Task<ulong> GetChainIdAsync(CancellationToken cancellationToken) =>
        AskAsync("the chain id", () => client.GetChainIdAsync(cancellationToken));

    public Task<RollupParameters> GetParametersAsync(CancellationToken cancellationToken) =>
        AskAsync("the parameters", () => _rollup.GetParametersAsync(BlockTag.Latest, cancellationToken));

    public Task<ListedModel?> GetModelAsync(Bytes32 modelId, CancellationToken cancellationToken) =>
        AskAsync("a model", () => _registry.GetModelAsync(modelId, BlockTag.Latest, cancellationToken));

    public Task<IReadOnlyList<uint>> GetSlotsOfAsync(Bytes32 modelId, CancellationToken cancellationToken) =>
        AskAsync("a model's slots", () => _registry.GetSlotsOfAsync(modelId, BlockTag.Latest, cancellationToken));

    public Task<RegisteredSlot?> GetSlotAsync(uint slotId, CancellationToken cancellationToken) =>
        AskAsync("a slot", () => _registry.GetSlotAsync(slotId, BlockTag.Latest, cancellationToken));

    public Task<IReadOnlyList<SlotKey>> GetKeysAsync(uint slotId, CancellationToken cancellationToken) =>
        AskAsync("a slot's keys", () => _registry.GetKeysAsync(slotId, BlockTag.Latest, cancellationToken));

    public Task<SessionGrant?> GetSessionAsync(Address user, Address key, CancellationToken cancellationToken) =>
        AskAsync("a session", () => _credits.GetSessionAsync(user, key, BlockTag.Latest, cancellationToken));

    public async Task<UInt128> GetSpendableAsync(Address user, PaymentKind payment, CancellationToken cancellationToken)
    {
        UInt128 safe = await SpendableAsync(user, payment, creditBlock, cancellationToken).ConfigureAwait(false);
        UInt128 latest = await SpendableAsync(user, payment, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        return UInt128.Min(safe, latest);
    }

    private Task<UInt128> SpendableAsync(Address user, PaymentKind payment, BlockTag block, CancellationToken cancellationToken) =>
        AskAsync("a credit", () => payment == PaymentKind.Credits
            ? _credits.GetCreditedAsync(user, EndOfTime, block, cancellationToken)
            : _credits.GetReservedAsync(user, EndOfTime, block, cancellationToken));

    private static async Task<T> AskAsync<T>(string what, Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is RpcTransportException or JsonRpcException or MalformedDataException)
        {
            throw new ChainUnavailableException($"The chain cannot be asked for {what}: {fault.Message}", fault);
        }
    }
}
