using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Devnet;

/// <summary>Sets a chain up for a development network: funds the keys, deploys, lists the model, stakes the sequencer, gives the user credit and a session key.</summary>
/// <remarks>Every step asks the chain first, so that a network that is started again finds itself as it was.</remarks>
internal sealed class DevnetChain(EthereumClient client, DevnetOptions options, DevnetFolder folder, DevnetKeys keys) : IDisposable
{
    private static readonly UInt128 s_ether = 1_000_000_000_000_000_000;
    private static readonly TransactionSenderOptions s_sending = new() { ReceiptPoll = TimeSpan.FromMilliseconds(50) };
    private readonly Dictionary<Address, TransactionSender> _senders = [];

    /// <summary>Credit that the demo user deposits.</summary>
    public static UInt128 UserCredit { get; } = s_ether / 10;

    /// <summary>Brings the chain to the state that the services need.</summary>
    /// <exception cref="FailureException">The chain refuses a step or is another one.</exception>
    public async Task<Deployment> PrepareAsync(ModelListing model, CancellationToken cancellationToken)
    {
        ulong chainId = await client.GetChainIdAsync(cancellationToken).ConfigureAwait(false);
        await FundAsync(cancellationToken).ConfigureAwait(false);
        Deployment deployment = await DeployAsync(chainId, cancellationToken).ConfigureAwait(false);
        await ListModelAsync(deployment, model, cancellationToken).ConfigureAwait(false);
        await StakeSequencerAsync(deployment, cancellationToken).ConfigureAwait(false);
        await GiveCreditAsync(deployment, cancellationToken).ConfigureAwait(false);
        return deployment;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (TransactionSender sender in _senders.Values)
            sender.Dispose();
    }

    // Only a chain that this command started gives money away; elsewhere the keys have to be funded.
    private async Task FundAsync(CancellationToken cancellationToken)
    {
        foreach (PrivateKey key in keys.Senders)
        {
            UInt128 balance = await client.GetBalanceAsync(key.Address, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
            if (balance >= s_ether / 5)
                continue;
            if (options.Chain is not null)
                throw new FailureException(ExitCode.Configuration, "account_unfunded", $"{key.Address} has {balance} wei; fund it with at least {s_ether / 5} (keys: {folder.Root}/keys).");
            await client.Rpc.CallAsync("anvil_setBalance", [key.Address.ToString(), "0x3635c9adc5dea00000"], cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Deployment> DeployAsync(ulong chainId, CancellationToken cancellationToken)
    {
        if (File.Exists(folder.Deployment))
        {
            Deployment known = await Deployment.LoadAsync(folder.Deployment, cancellationToken).ConfigureAwait(false);
            byte[] code = await client.GetCodeAsync(known.Rollup, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
            if (known.ChainId != chainId || code.Length == 0)
                throw new FailureException(ExitCode.Configuration, "wrong_chain", $"{folder.Deployment} is for chain {known.ChainId} and rollup {known.Rollup}; chain {chainId} has no such contract. Use another --state folder.");
            return known;
        }
        RollupDeployer deployer = new(client, Sender(chainId, keys.Deployer));
        RollupParameters parameters = DevnetParameters.Create(options);
        Deployment deployment = await deployer.DeployAsync(
            parameters, ModuleTerms.For(parameters), DevnetParameters.CreatePolicy(folder.SimulatedPki), keys.Deployer.Address, keys.Sequencer.Address,
            cancellationToken).ConfigureAwait(false);
        await deployment.SaveAsync(folder.Deployment, cancellationToken).ConfigureAwait(false);
        return deployment;
    }

    private async Task ListModelAsync(Deployment deployment, ModelListing model, CancellationToken cancellationToken)
    {
        RegistryContract registry = new(client, deployment.Registry);
        if (await registry.GetModelAsync(model.Identity.ModelId, BlockTag.Latest, cancellationToken).ConfigureAwait(false) is not null)
            return;
        RollupParameters parameters = await new RollupContract(client, deployment.Rollup).GetParametersAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        byte[] call = registry.ListModel(model.Config, model.Identity.WeightsRoot, model.Identity.TokenizerHash, Inference.Models.ModelIdentity.ArithmeticVersion);
        await SendAsync(deployment, keys.Deployer, registry, call, parameters.ModelBond, "list the model", cancellationToken).ConfigureAwait(false);
    }

    private async Task StakeSequencerAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        RegistryContract registry = new(client, deployment.Registry);
        if (await registry.IsActivePosterAsync(keys.Sequencer.Address, BlockTag.Latest, cancellationToken).ConfigureAwait(false))
            return;
        RollupParameters parameters = await new RollupContract(client, deployment.Rollup).GetParametersAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        await SendAsync(deployment, keys.Sequencer, registry, registry.RegisterPoster(keys.Sequencer.Address), parameters.MinPosterStake, "stake the sequencer", cancellationToken).ConfigureAwait(false);
    }

    private async Task GiveCreditAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        CreditsContract credits = new(client, deployment.Credits);
        (Address user, Address session) = (keys.User.Address, keys.Session.Address);
        if (await credits.GetSessionAsync(user, session, BlockTag.Latest, cancellationToken).ConfigureAwait(false) is not null)
            return;
        ulong expiresAt = (ulong)DateTimeOffset.UtcNow.AddDays(30).ToUnixTimeSeconds();
        await SendAsync(deployment, keys.User, credits, credits.Deposit(user), UserCredit, "deposit credit", cancellationToken).ConfigureAwait(false);
        await SendAsync(deployment, keys.User, credits, credits.AuthorizeSession(session, UserCredit, expiresAt), 0, "authorise the session key", cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync(
        Deployment deployment, PrivateKey from, Contract to, byte[] data, UInt128 value, string purpose, CancellationToken cancellationToken)
    {
        TransactionRequest request = new() { Id = purpose, To = to.Address, Data = data, Value = value };
        TransactionOutcome outcome = await Sender(deployment.ChainId, from).SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (!outcome.IsSuccess)
        {
            throw new FailureException(ExitCode.Refused, "transaction_failed",
                $"Could not {purpose}: {outcome.Status}, {ContractError.Describe(outcome.RevertData.Span)} {outcome.Message}");
        }
    }

    private TransactionSender Sender(ulong chainId, PrivateKey key)
    {
        if (!_senders.TryGetValue(key.Address, out TransactionSender? sender))
            _senders[key.Address] = sender = new TransactionSender(client, key, chainId, s_sending);
        return sender;
    }
}
