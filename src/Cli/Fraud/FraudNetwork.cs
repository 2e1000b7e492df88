using TeeTee.Cli.Devnet;
using TeeTee.Cli.Devnet.Local;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.ShardNode.Defence;
using TeeTee.Verifier.Disputing;

namespace TeeTee.Cli.Fraud;

/// <summary>A local network whose shards and sequencer can be told to cheat while they run, with defenders and an active challenger.</summary>
internal sealed class FraudNetwork : IAsyncDisposable
{
    /// <summary>Times of transactions on a chain that makes blocks at once.</summary>
    public static TransactionSenderOptions Sending { get; } = new() { ReceiptPoll = TimeSpan.FromMilliseconds(50) };
    private static readonly UInt128 s_ether = 1_000_000_000_000_000_000;

    private FraudNetwork(LocalNetwork network, IReadOnlyList<FaultSwitch> shards, FaultSwitch sequencer)
    {
        (Network, ShardFaults, SequencerFaults) = (network, shards, sequencer);
        User = new LocalUser(network);
    }

    /// <summary>The network.</summary>
    public LocalNetwork Network { get; }

    /// <summary>Its user.</summary>
    public LocalUser User { get; }

    /// <summary>What each shard does wrong.</summary>
    public IReadOnlyList<FaultSwitch> ShardFaults { get; }

    /// <summary>What the sequencer does wrong.</summary>
    public FaultSwitch SequencerFaults { get; }

    /// <summary>Starts one with everything honest.</summary>
    /// <param name="devnet">Folder, model, shards and windows.</param>
    /// <param name="change">Further changes of the challenger's options.</param>
    /// <param name="progress">Told what is being started.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <param name="defends">Whether shards defend themselves.</param>
    public static async Task<FraudNetwork> StartAsync(
        DevnetOptions devnet, Func<ChallengerOptions, ChallengerOptions>? change, Action<string> progress, CancellationToken cancellationToken, bool defends = true)
    {
        FaultSwitch[] shards = [.. Enumerable.Range(0, devnet.Shards).Select(_ => new FaultSwitch())];
        FaultSwitch sequencer = new();
        DevnetFolder folder = new(devnet.StateFolder);
        DevnetKeys keys = DevnetKeys.LoadOrCreate(folder, devnet.Shards);
        ChallengerOptions challenger = new()
        {
            Mode = ChallengerMode.Active,
            Key = keys.Challenger,
            MaxBonds = 10 * s_ether,
            MaxGasPerDay = s_ether,
            RecordFile = Path.Combine(folder.Service("verifier"), "disputes.json"),
            PollSeconds = 0.1,
            MissingBeforeChallenge = 2,
            Transactions = Sending,
        };
        challenger = change?.Invoke(challenger) ?? challenger;
        LocalNetworkOptions options = new()
        {
            Devnet = devnet,
            SlotStake = s_ether,
            Shard = (i, o) => o with { Faults = shards[i], InsecureDevelopment = true, Defender = defends ? Defender(keys.Operators[i]) : null },
            Sequencer = o => o with { Faults = sequencer },
            Verifier = o => o with { Challenger = challenger },
        };
        LocalNetwork network = await LocalNetwork.StartAsync(options, progress, cancellationToken).ConfigureAwait(false);
        await StakeAsync(network, cancellationToken).ConfigureAwait(false);
        return new FraudNetwork(network, shards, sequencer);
    }

    // So much that the sequencer stays one after many convictions, as the slots do.
    private static async Task StakeAsync(LocalNetwork network, CancellationToken cancellationToken)
    {
        RegistryContract registry = new(network.Chain.Client, network.Deployment.Registry);
        using TransactionSender sender = new(network.Chain.Client, network.Keys.Deployer, network.Deployment.ChainId, Sending);
        Bytes32 id = new([.. new byte[12], .. network.Keys.Sequencer.Address.ToArray()]);
        TransactionOutcome outcome = await sender.SendAsync(
            new TransactionRequest { Id = "stake", To = registry.Address, Data = registry.AddStake(StakeKind.Poster, id), Value = s_ether }, cancellationToken).ConfigureAwait(false);
        outcome.Require();
    }

    /// <summary>Makes everybody honest again.</summary>
    public void BeHonest()
    {
        foreach (FaultSwitch shard in ShardFaults)
            shard.Active = null;
        SequencerFaults.Active = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        User.Dispose();
        await Network.DisposeAsync().ConfigureAwait(false);
    }

    private static DefenderOptions Defender(PrivateKey key) => new()
    {
        Key = key,
        DailyLimit = 10 * s_ether,
        Poll = TimeSpan.FromMilliseconds(150),
        Retry = TimeSpan.FromSeconds(1),
        Transactions = Sending,
    };
}
