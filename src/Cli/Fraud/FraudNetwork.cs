using TeeTee.Cli.Devnet;
using TeeTee.Cli.Devnet.Local;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Sequencer.Batching;
using TeeTee.ShardNode.Defence;
using TeeTee.Verifier.Disputing;

namespace TeeTee.Cli.Fraud;

/// <summary>A local network whose shards and sequencer can be told to cheat while they run, with defenders and an active challenger.</summary>
internal sealed class FraudNetwork : IAsyncDisposable
{
    private static readonly TransactionSenderOptions s_sending = new() { ReceiptPoll = TimeSpan.FromMilliseconds(50) };
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
    public static async Task<FraudNetwork> StartAsync(
        DevnetOptions devnet, Func<ChallengerOptions, ChallengerOptions>? change, Action<string> progress, CancellationToken cancellationToken)
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
            Transactions = s_sending,
        };
        challenger = change?.Invoke(challenger) ?? challenger;
        LocalNetworkOptions options = new()
        {
            Devnet = devnet,
            SlotStake = s_ether,
            Shard = (i, o) => o with { Faults = shards[i], InsecureDevelopment = true, Defender = Defender(keys.Operators[i]) },
            Sequencer = o => o with { Faults = sequencer },
            Verifier = o => o with { Challenger = challenger },
        };
        LocalNetwork network = await LocalNetwork.StartAsync(options, progress, cancellationToken).ConfigureAwait(false);
        return new FraudNetwork(network, shards, sequencer);
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
        Transactions = s_sending,
    };
}
