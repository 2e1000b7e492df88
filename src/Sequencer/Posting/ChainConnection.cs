using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;

namespace TeeTee.Sequencer.Posting;

/// <summary>The chain and its contracts, used only after it has proved to be the right one.</summary>
internal sealed class ChainConnection : IDisposable
{
    private readonly BatchingOptions _options;
    private readonly JsonRpcClient _rpc;
    private RollupParameters? _parameters;

    public ChainConnection(BatchingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _rpc = options.ChainHandler is { } handler
            ? new JsonRpcClient(options.ChainEndpoint, handler, options.ChainCalls)
            : new JsonRpcClient(options.ChainEndpoint, options.ChainCalls);
        Client = new EthereumClient(_rpc);
        Rollup = new RollupContract(Client, options.Deployment.Rollup);
        Registry = new RegistryContract(Client, options.Deployment.Registry);
        Credits = new CreditsContract(Client, options.Deployment.Credits);
    }

    public EthereumClient Client { get; }

    public RollupContract Rollup { get; }

    public RegistryContract Registry { get; }

    public CreditsContract Credits { get; }

    /// <summary>The deployment's numbers, read once, after chain id and domain were compared with the deployment's.</summary>
    /// <exception cref="FailureException"><c>wrong_chain</c>: another chain, or other contracts.</exception>
    public async Task<RollupParameters> RequireParametersAsync(CancellationToken cancellationToken)
    {
        if (_parameters is { } known)
            return known;
        ulong chainId = await Client.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
        if (chainId != _options.Deployment.ChainId)
            throw Wrong($"is chain {chainId}; the deployment is on chain {_options.Deployment.ChainId}");
        byte[] code = await Client.GetCodeAsync(_options.Deployment.Rollup, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (code.Length == 0)
            throw Wrong($"has no contract at {_options.Deployment.Rollup}");
        Bytes32 separator = await Rollup.GetDomainSeparatorAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (separator != _options.Deployment.Domain().Separator)
            throw Wrong($"has a contract at {_options.Deployment.Rollup} with another signature domain");
        RollupParameters parameters = await Rollup.GetParametersAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        _parameters = parameters;
        return parameters;
    }

    /// <summary>Unix seconds: the newest block's time, or the clock's where that is later, as the next block's will be.</summary>
    public async Task<ulong> GetTimeAsync(CancellationToken cancellationToken) =>
        Time(await GetHeadAsync(cancellationToken).ConfigureAwait(false));

    /// <summary>The newest block.</summary>
    /// <exception cref="MalformedDataException">The node says that there is none: one that starts, or is behind a balancer, may.</exception>
    public async Task<BlockHeader> GetHeadAsync(CancellationToken cancellationToken) =>
        await Client.GetBlockAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false)
        ?? throw new MalformedDataException("The node gives no newest block.");

    /// <summary>The contract's state at the newest block, with the batches of these indices.</summary>
    public async Task<ChainView> ReadAsync(IReadOnlyCollection<ulong> indices, CancellationToken cancellationToken)
    {
        BlockHeader head = await GetHeadAsync(cancellationToken).ConfigureAwait(false);
        var block = BlockTag.Hash(head.Hash);
        ulong next = await Rollup.GetNextIndexAsync(block, cancellationToken).ConfigureAwait(false);
        PostedBatch newest = await Rollup.GetHeadAsync(block, cancellationToken).ConfigureAwait(false);
        Dictionary<ulong, ChainBatch> batches = [];
        foreach (ulong index in indices.Where(i => i < next))
        {
            PostedBatch? batch = await Rollup.GetBatchAsync(index, block, cancellationToken).ConfigureAwait(false);
            BatchStatus status = await Rollup.GetStatusAsync(index, block, cancellationToken).ConfigureAwait(false);
            if (batch is not null)
                batches[index] = new ChainBatch(batch.BatchHash, batch.PostedAt, status);
        }

        return new ChainView
        {
            NextIndex = next,
            HeadHash = newest.BatchHash,
            FinalIndex = await FinalIndexAsync(cancellationToken).ConfigureAwait(false),
            Time = Time(head),
            Batches = batches,
        };
    }

    public void Dispose() => _rpc.Dispose();

    private async Task<ulong> FinalIndexAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Rollup.GetFinalIndexAsync(_options.FinalBlock, cancellationToken).ConfigureAwait(false);
        }
        catch (MalformedDataException)
        {
            // At that block the contract did not exist yet.
            return 0;
        }
    }

    private ulong Time(BlockHeader head) => Math.Max(head.Timestamp, (ulong)_options.Clock.GetUtcNow().ToUnixTimeSeconds());

    private FailureException Wrong(string cause) => new(
        ExitCode.Configuration, "wrong_chain",
        $"{_options.ChainEndpoint.GetComponents(UriComponents.SchemeAndServer, UriFormat.Unescaped)} {cause}. Check the endpoint and the deployment file.");
}
