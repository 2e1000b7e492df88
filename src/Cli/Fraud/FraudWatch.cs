using System.Globalization;
using System.Text.Json;
using TeeTee.Cli.Devnet.Local;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Fraud;

/// <summary>Reads from the chain what was done about a fault since a block: transactions, events, money.</summary>
internal sealed class FraudWatch(LocalNetwork network, ulong firstBlock)
{
    private readonly EthereumClient _client = network.Chain.Client;
    private readonly Dictionary<Bytes32, FraudTransaction> _receipts = [];
    private uint? _element;

    /// <summary>The dispute contracts with their interfaces: the hub's kinds, in its order.</summary>
    public async Task<IReadOnlyList<(Address Address, ContractArtifact Artifact)>> ContractsAsync(CancellationToken cancellationToken)
    {
        RollupContract rollup = new(_client, network.Deployment.Rollup);
        Address hub = await rollup.GetDisputeModuleAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        IReadOnlyList<Address> kinds = await new DisputeHubContract(_client, hub).GetKindsAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        return [.. kinds.Select((address, i) => (address, ContractArtifact.Load((DisputeKind)i == DisputeKind.Game ? "DisputeGame" : $"{(DisputeKind)i}")))];
    }

    /// <summary>Every event of the rollup's contracts since then, in order.</summary>
    public async Task<IReadOnlyList<(LogEntry Log, ContractEvent Event)>> EventsAsync(CancellationToken cancellationToken)
    {
        ulong head = await _client.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false);
        LogFilter filter = new() { FromBlock = Math.Min(firstBlock, head), ToBlock = head };
        IReadOnlyList<LogEntry> logs = await _client.GetLogsAsync(filter, cancellationToken).ConfigureAwait(false);
        return [.. logs.Select(log => (log, Event: ContractEvent.Decode(log))).Where(e => e.Event is not null).Select(e => (e.log, e.Event!))];
    }

    /// <summary>The transactions to dispute contracts since then, in order, those that reverted not among them.</summary>
    public async Task<IReadOnlyList<FraudTransaction>> TransactionsAsync(CancellationToken cancellationToken)
    {
        Dictionary<Address, ContractArtifact> contracts = (await ContractsAsync(cancellationToken).ConfigureAwait(false)).ToDictionary(c => c.Address, c => c.Artifact);
        ulong head = await _client.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false);
        List<FraudTransaction> found = [];
        for (ulong number = firstBlock; number <= head; number++)
        {
            JsonElement block = await _client.Rpc.CallAsync("eth_getBlockByNumber", [string.Create(CultureInfo.InvariantCulture, $"0x{number:x}"), true], cancellationToken).ConfigureAwait(false);
            foreach (JsonElement transaction in block.GetProperty("transactions").EnumerateArray())
            {
                if (transaction.GetProperty("to").GetString() is { } to && contracts.TryGetValue(Address.Parse(to), out ContractArtifact? artifact)
                    && await ReadAsync(transaction, artifact, cancellationToken).ConfigureAwait(false) is { } read)
                    found.Add(read);
            }
        }
        return found;
    }

    /// <summary>The stakes that were taken from since then.</summary>
    public async Task<IReadOnlyList<FraudSlash>> SlashesAsync(CancellationToken cancellationToken)
    {
        RegistryContract registry = new(_client, network.Deployment.Registry);
        List<FraudSlash> slashes = [];
        foreach ((_, ContractEvent e) in (await EventsAsync(cancellationToken).ConfigureAwait(false)).Where(e => e.Event.Name == "StakeSlashed"))
        {
            StakeKind kind = (StakeKind)(ulong)e.Values["kind"];
            byte[] id = ((Bytes32)e.Values["id"]).ToArray();
            UInt128 wei = (UInt128)e.Values["total"];
            if (kind == StakeKind.Slot)
            {
                uint slot = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(id.AsSpan(28));
                RegisteredSlot owner = (await registry.GetSlotAsync(slot, BlockTag.Latest, cancellationToken).ConfigureAwait(false))!;
                slashes.Add(new FraudSlash("host", owner.Slot.Operator, wei));
            }
            else
            {
                slashes.Add(new FraudSlash(kind == StakeKind.Poster ? "sequencer" : "lister", new Address(id.AsSpan(12)), wei));
            }
        }
        return slashes;
    }

    /// <summary>Where the computation was disputed, from what was opened, selected and proved.</summary>
    public async Task<FraudPlace> PlaceAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<(LogEntry Log, ContractEvent Event)> events = await EventsAsync(cancellationToken).ConfigureAwait(false);
        DisputeOpened? opened = events.Select(e => DisputeOpened.TryDecode(e.Log, out DisputeOpened? o) ? o : null).LastOrDefault(o => o is not null);
        if (opened is null)
            return new FraudPlace(null, null, null, null);
        ContractEvent? selected = events.Select(e => e.Event).LastOrDefault(e => e.Name == "EntrySelected");
        if (selected is null)
            return new FraudPlace(null, null, opened.Context.Position, null);
        OperatorPlace place = opened.Context.Layout().PlaceOf((int)(ulong)selected.Values["group"], (int)(ulong)selected.Values["index"]);
        return new FraudPlace(place.Operator.ToString(), place.Layer < 0 ? null : place.Layer, opened.Context.Position, _element);
    }

    private async Task<FraudTransaction?> ReadAsync(JsonElement transaction, ContractArtifact artifact, CancellationToken cancellationToken)
    {
        Bytes32 hash = Bytes32.Parse(transaction.GetProperty("hash").GetString()!);
        if (_receipts.TryGetValue(hash, out FraudTransaction? known))
            return known;
        TransactionReceipt? receipt = await _client.GetTransactionReceiptAsync(hash, cancellationToken).ConfigureAwait(false);
        if (receipt is not { Succeeded: true })
            return null;
        byte[] input = Hex.Decode(transaction.GetProperty("input").GetString()!);
        string? name = artifact.NameOf(input);
        if (name == "prove")
            _element = (uint)(ulong)artifact.Function(name).DecodeCall(input)[2];
        return _receipts[hash] = new FraudTransaction(name ?? "unknown", receipt.GasUsed, receipt.From, hash);
    }
}
