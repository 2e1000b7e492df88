using System.Net.Http.Json;
using System.Text.Json;
using TeeTee.Cli.Devnet.Local;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Fraud;

/// <summary>
/// An account that disputes without having computed anything: against honest hosts, or for cheats that want to be immune. It has its own money, and everything
/// that the contracts let anybody do.
/// </summary>
internal sealed class FraudAttacker : IDisposable
{
    private readonly LocalNetwork _network;
    private readonly PrivateKey _key = PrivateKey.Generate();
    private readonly TransactionSender _sender;
    private readonly DisputeGameContract _game;
    private readonly HttpClient _http = new();

    public FraudAttacker(LocalNetwork network)
    {
        _network = network;
        _sender = new TransactionSender(network.Chain.Client, _key, network.Deployment.ChainId, FraudNetwork.Sending);
        _game = new DisputeGameContract(network.Chain.Client, network.Deployment.DisputeGame!.Value);
    }

    /// <summary>The account.</summary>
    public Address Address => _key.Address;

    /// <summary>Opens a dispute about a shard of the first leaf of a batch, with a commitment to nothing.</summary>
    public async Task<DisputeContext> OpenAsync(ulong batchIndex, int shard, uint position, CancellationToken cancellationToken)
    {
        await _network.Chain.Client.Rpc.CallAsync("anvil_setBalance", [Address.ToString(), "0x8ac7230489e80000"], cancellationToken).ConfigureAwait(false);
        (BatchPosted posted, BatchData data) = await ReadAsync(batchIndex, cancellationToken).ConfigureAwait(false);
        BatchLeaf leaf = data.Leaves[0];
        DisputeContext context = await ContextAsync(posted, leaf, shard, position, cancellationToken).ConfigureAwait(false);
        UInt128 bond = await _game.GetBondAsync(context.Operator, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        byte[] call = _game.Open(
            posted.Header, 0, leaf.Receipt, [.. data.ProveReceipt(0)], new OpenItems(leaf.Request, leaf.Shards[shard].Receipt), context, Keccak256.Hash("nothing"u8));
        TransactionOutcome outcome = await _sender.SendAsync(new TransactionRequest { Id = "attack", To = _game.Address, Data = call, Value = bond }, cancellationToken).ConfigureAwait(false);
        return outcome.IsSuccess
            ? context
            : throw new FailureException(ExitCode.Unexpected, "attack_failed", $"The attacker could not open: {outcome.Status} {ContractError.Describe(outcome.RevertData.Span)} {outcome.Message}");
    }

    /// <summary>Tries to reveal a false list in the operator's name.</summary>
    /// <returns>What the contract says to that; null if it took it.</returns>
    public async Task<string?> TryRevealAsync(DisputeContext context, CancellationToken cancellationToken)
    {
        TraceOpening opening = new(Bytes32.Zero, Bytes32.Zero, Bytes32.Zero, []);
        TransactionOutcome outcome = await _sender.SendAsync(
            new TransactionRequest { Id = "reveal", To = _game.Address, Data = _game.Reveal(context, opening, 0, [[Keccak256.Hash("false"u8)]], null, []) }, cancellationToken).ConfigureAwait(false);
        return outcome.IsSuccess ? null : ContractError.Describe(outcome.RevertData.Span);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sender.Dispose();
        _http.Dispose();
    }

    private async Task<(BatchPosted, BatchData)> ReadAsync(ulong batchIndex, CancellationToken cancellationToken)
    {
        LogFilter filter = new()
        {
            FromBlock = _network.Deployment.DeployedAtBlock,
            ToBlock = await _network.Chain.Client.GetBlockNumberAsync(cancellationToken).ConfigureAwait(false),
            Addresses = [_network.Deployment.Rollup],
            Topics = [[BatchPosted.Topic]],
        };
        BatchPosted posted = (await _network.Chain.Client.GetLogsAsync(filter, cancellationToken).ConfigureAwait(false))
            .Select(log => BatchPosted.TryDecode(log, out BatchPosted? p) ? p : null).Last(p => p?.Index == batchIndex)!;
        JsonElement info = await _http.GetFromJsonAsync<JsonElement>(new Uri(_network.Sequencer.Address, $"v1/batches/{posted.BatchHash}"), cancellationToken).ConfigureAwait(false);
        DataManifest manifest = new([.. info.GetProperty("chunks").EnumerateArray().Select(Record)]);
        Dictionary<Bytes32, byte[]> chunks = [];
        foreach (ChunkRecord record in manifest.Chunks)
            chunks[record.Hash] = await _http.GetByteArrayAsync(new Uri(_network.Sequencer.Address, $"v1/data/{record.Hash}"), cancellationToken).ConfigureAwait(false);
        BatchReading reading = BatchDataReader.Read(posted.Header, manifest, hash => chunks.TryGetValue(hash, out byte[]? bytes) ? bytes : (ReadOnlyMemory<byte>?)null);
        return (posted, reading.Data ?? throw new FailureException(ExitCode.Unexpected, "attack_failed", $"Batch {batchIndex} cannot be read."));
    }

    private async Task<DisputeContext> ContextAsync(BatchPosted posted, BatchLeaf leaf, int shard, uint position, CancellationToken cancellationToken)
    {
        ShardReceipt receipt = leaf.Shards[shard].Receipt.Message;
        RegistryContract registry = new(_network.Chain.Client, _network.Deployment.Registry);
        Slot slot = (await registry.GetSlotAsync(receipt.Slot, BlockTag.Latest, cancellationToken).ConfigureAwait(false))!.Slot;
        ModelConfig c = _network.Model.Config;
        return new DisputeContext
        {
            BatchIndex = posted.Index,
            BatchHash = posted.BatchHash,
            Leaf = 0,
            Shard = (uint)shard,
            Position = position,
            Positions = receipt.Positions,
            Slot = receipt.Slot,
            Operator = receipt.Operator,
            ModelId = slot.ModelId,
            WeightsRoot = _network.Model.Identity.WeightsRoot,
            Config = new DisputeModel(
                c.Architecture, c.VocabularySize, c.EmbeddingLength, c.FeedForwardLength, c.LayerCount, c.HeadCount, c.KvHeadCount, c.HeadDimension,
                c.RopeDimensions, c.ContextLength, c.RmsEpsilonBits, c.AttentionScaleBits, c.RopePairing, c.TiedOutput),
            FirstLayer = slot.FirstLayer,
            LayerCount = slot.LayerCount,
            TokensRoot = receipt.TokensRoot,
            TraceRoot = receipt.TraceRoot,
            PromptTokens = leaf.Request.Message.PromptTokens,
            Sampling = leaf.Request.Message.Sampling,
            IsSealed = false,
        };
    }

    private static ChunkRecord Record(JsonElement chunk) => new(
        new ItemKey(chunk.GetProperty("leaf").GetUInt32(), Kind(chunk.GetProperty("kind")), chunk.GetProperty("part").GetUInt16()),
        chunk.GetProperty("number").GetUInt32(), chunk.GetProperty("itemLength").GetUInt32(), Bytes32.Parse(chunk.GetProperty("hash").GetString()!));

    private static DataKind Kind(JsonElement kind) =>
        kind.ValueKind == JsonValueKind.String ? Enum.Parse<DataKind>(kind.GetString()!, ignoreCase: true) : (DataKind)kind.GetByte();
}
