using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.RollupContracts;

namespace TeeTee.ShardNode.Defence;

/// <summary>Reads from the chain, and from nowhere else, which disputes there are and what they are about.</summary>
internal sealed class DisputeReader(EthereumClient client, Address rollup)
{
    private const ulong PageSize = 256;
    private const ulong MostRead = 4_096;
    private const int MostContexts = 10_000;

    // By hash, which is what the contract keeps: ids mean other disputes after a reorganisation.
    private readonly Dictionary<Bytes32, DisputeContext> _contexts = [];
    private DisputeGameContract? _game;

    /// <summary>The game behind the rollup's dispute module in force; null where it has none.</summary>
    public async Task<DisputeGameContract?> FindGameAsync(CancellationToken cancellationToken)
    {
        Address hub = await new RollupContract(client, rollup).GetDisputeModuleAsync(BlockTag.Latest, cancellationToken);
        if (hub.IsZero)
            return null;
        Address? game = await new DisputeHubContract(client, hub).FindAsync(DisputeKind.Game, BlockTag.Latest, cancellationToken);
        if (game is null || game.Value.IsZero)
            return null;
        return _game?.Address == game.Value ? _game : _game = new DisputeGameContract(client, game.Value);
    }

    /// <summary>The disputes against an operator that are not settled, all of one block, and that block's time.</summary>
    public async Task<(IReadOnlyList<GameDispute> Disputes, ulong Now)> ReadAsync(DisputeGameContract game, Address accused, CancellationToken cancellationToken)
    {
        BlockHeader head = await client.GetBlockAsync(BlockTag.Latest, cancellationToken) ?? throw new MalformedDataException("The node gives no newest block.");
        var block = BlockTag.Hash(head.Hash);
        ulong count = await game.CountUnsettledAsync(accused, block, cancellationToken);
        List<GameDispute> disputes = [];
        for (ulong start = 0; start < Math.Min(count, MostRead); start += PageSize)
        {
            foreach (ulong id in await game.GetUnsettledAsync(accused, start, PageSize, block, cancellationToken))
                disputes.Add(await game.GetAsync(id, block, cancellationToken));
        }
        return (disputes, head.Timestamp);
    }

    /// <summary>What a dispute is about, if that was read before.</summary>
    public DisputeContext? KnownContextOf(GameDispute dispute) => _contexts.GetValueOrDefault(dispute.ContextHash);

    /// <summary>
    /// What a dispute is about, from the event of its opening, which is looked for from the newest block back to its time. Believed only if it has the
    /// hash that the contract keeps.
    /// </summary>
    /// <exception cref="MalformedDataException">The node does not give the event.</exception>
    public async Task<DisputeContext> ContextOfAsync(DisputeGameContract game, GameDispute dispute, CancellationToken cancellationToken)
    {
        if (KnownContextOf(dispute) is { } known)
            return known;
        DisputeContext context = await FindContextAsync(game, dispute, cancellationToken)
            ?? throw new MalformedDataException($"The node gives no opening of dispute {dispute.Id}.");
        if (_contexts.Count >= MostContexts)
            _contexts.Clear();
        return _contexts[dispute.ContextHash] = context;
    }

    private async Task<DisputeContext?> FindContextAsync(DisputeGameContract game, GameDispute dispute, CancellationToken cancellationToken)
    {
        byte[] id = new byte[Bytes32.Size];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(id.AsSpan(Bytes32.Size - sizeof(ulong)), dispute.Id);
        ulong to = await client.GetBlockNumberAsync(cancellationToken);
        while (true)
        {
            ulong from = to - Math.Min(to, EthereumClient.DefaultLogRange - 1);
            LogFilter filter = new() { Addresses = [game.Address], Topics = [[DisputeOpened.Topic], [new Bytes32(id)]], FromBlock = from, ToBlock = to };
            foreach (LogEntry log in await client.GetLogsAsync(filter, cancellationToken))
            {
                // What has another hash is not what the contract took, whatever the node says.
                if (DisputeOpened.TryDecode(log, out DisputeOpened? opened) && opened.Context.Hash() == dispute.ContextHash)
                    return opened.Context;
            }
            if (from == 0 || await client.GetBlockAsync(BlockTag.Number(from), cancellationToken) is not { } first || first.Timestamp < dispute.OpenedAt)
                return null;
            to = from - 1;
        }
    }
}
