using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Devnet.Local;

/// <summary>What one party of a network has on chain.</summary>
/// <param name="Role">sequencer, host, user or challenger.</param>
/// <param name="Address">Whose.</param>
/// <param name="Slot">The slot of a host.</param>
/// <param name="Balance">Wei of its account.</param>
/// <param name="Stake">Wei at stake.</param>
/// <param name="Claimed">Earnings paid out so far.</param>
/// <param name="Forfeited">Earnings lost for good.</param>
/// <param name="Payouts">What contracts owe it from penalties and bonds.</param>
internal sealed record PartyMoney(
    string Role, Address Address, uint? Slot, UInt128 Balance, UInt128 Stake, UInt128 Claimed, UInt128 Forfeited, UInt128 Payouts);

/// <summary>Reads the money of all parties of a network from the contracts and their events.</summary>
internal sealed class MoneyBook(LocalNetwork network)
{
    /// <summary>Everybody at the newest block.</summary>
    public async Task<IReadOnlyList<PartyMoney>> ReadAsync(CancellationToken cancellationToken)
    {
        RegistryContract registry = new(network.Chain.Client, network.Deployment.Registry);
        IReadOnlyList<ContractEvent> events = await EventsAsync(cancellationToken).ConfigureAwait(false);
        DevnetKeys keys = network.Keys;
        List<PartyMoney> parties =
        [
            await PartyAsync("sequencer", keys.Sequencer.Address, null, registry, events, cancellationToken).ConfigureAwait(false),
            await PartyAsync("user", keys.User.Address, null, registry, events, cancellationToken).ConfigureAwait(false),
            await PartyAsync("challenger", keys.Challenger.Address, null, registry, events, cancellationToken).ConfigureAwait(false),
        ];
        foreach (uint id in await registry.GetSlotsOfAsync(network.Model.Identity.ModelId, BlockTag.Latest, cancellationToken).ConfigureAwait(false))
        {
            RegisteredSlot slot = (await registry.GetSlotAsync(id, BlockTag.Latest, cancellationToken).ConfigureAwait(false))!;
            parties.Add(await PartyAsync("host", slot.Slot.Operator, id, registry, events, cancellationToken).ConfigureAwait(false));
        }
        return parties;
    }

    /// <summary>Every event of the rollup's contracts, in the order of the chain.</summary>
    public async Task<IReadOnlyList<ContractEvent>> EventsAsync(CancellationToken cancellationToken) =>
        [.. (await LogsAsync(cancellationToken).ConfigureAwait(false)).Select(ContractEvent.Decode).OfType<ContractEvent>()];

    /// <summary>Every log since the deployment.</summary>
    public async Task<IReadOnlyList<LogEntry>> LogsAsync(CancellationToken cancellationToken)
    {
        ulong head = await network.Chain.Client.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false);
        LogFilter filter = new() { FromBlock = network.Deployment.DeployedAtBlock, ToBlock = head, Addresses = [], Topics = [] };
        return await network.Chain.Client.GetLogsAsync(filter, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PartyMoney> PartyAsync(
        string role, Address address, uint? slot, RegistryContract registry, IReadOnlyList<ContractEvent> events, CancellationToken cancellationToken)
    {
        UInt128 balance = await network.Chain.Client.GetBalanceAsync(address, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        UInt128 stake = role switch
        {
            "host" => (await registry.GetSlotAsync(slot!.Value, BlockTag.Latest, cancellationToken).ConfigureAwait(false))!.Stake,
            "sequencer" => await registry.GetStakeAsync(StakeKind.Poster, IdOf(address), BlockTag.Latest, cancellationToken).ConfigureAwait(false),
            _ => 0,
        };
        UInt128 owed = await registry.GetPayoutAsync(address, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        return new PartyMoney(role, address, slot, balance, stake, Sum(events, "Claimed", address), Sum(events, "EarningsForfeited", address), owed);
    }

    private static UInt128 Sum(IEnumerable<ContractEvent> events, string name, Address owner) => events
        .Where(e => e.Name == name && (Address)e.Values["owner"] == owner)
        .Aggregate(UInt128.Zero, (sum, e) => sum + (UInt128)e.Values["amount"]);

    private static Bytes32 IdOf(Address address) => new([.. new byte[12], .. address.ToArray()]);
}
