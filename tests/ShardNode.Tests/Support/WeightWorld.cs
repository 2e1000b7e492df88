using TeeTee.Ethereum;
using TeeTee.Hosting.Observability;
using TeeTee.Hosting.Storage;
using TeeTee.Inference.Disputes;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Defence;

namespace TeeTee.ShardNode.Tests.Support;

/// <summary>The listed model on a real chain, a copy of its file that may be damaged, who demands pages of it, and hosts that show them.</summary>
internal sealed class WeightWorld : IAsyncDisposable
{
    public const int HalfWindow = 10;

    private readonly CanonicalModel _sound = CanonicalModel.Import(TestModel.Path);
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-weights-").FullName;

    private WeightWorld(AnvilWorld world) => World = world;

    public static PrivateKey Other { get; } = PrivateKey.Parse(AnvilProcess.Keys[3]);

    public AnvilWorld World { get; }

    public EthereumClient Client => World.Client;

    public WeightChallengesContract Contract => new(Client, World.Deployment.WeightChallenges!.Value);

    public Readiness Readiness { get; } = new();

    public DefenderMetrics Metrics { get; } = new();

    public DisputeWorld.TestLog Log { get; } = new();

    /// <summary>The host's model file.</summary>
    public string ModelPath => Path.Combine(_folder, "model.gguf");

    /// <summary>The path of the ledger.</summary>
    private string LedgerPath => Path.Combine(_folder, "defence.db");

    public static async Task<WeightWorld> StartAsync()
    {
        WeightWorld world = new(await AnvilWorld.StartAsync());
        world.Repair();
        return world;
    }

    /// <summary>Puts another file at the model's path, in which a byte of row 0 of the token embedding is flipped.</summary>
    public void Damage() => Replace(new SyntheticModel
    {
        Layers = TestModel.Layers,
        Context = TestModel.Context,
        Vocabulary = TestModel.Vocabulary,
        Seed = 5,
        Alter = static (name, data) => name == "token_embd.weight" ? [.. data[..5], (byte)(data[5] ^ 1), .. data[6..]] : data,
    }.Build());

    /// <summary>Puts the listed model's file there.</summary>
    public void Repair() => Replace(File.ReadAllBytes(TestModel.Path));

    /// <summary>Demands a page.</summary>
    public async Task<ulong> ChallengeAsync(uint tensorId, uint row, uint page)
    {
        UInt128 bond = await Contract.GetBondAsync(TestModel.Id, BlockTag.Latest, CancellationToken.None);
        await World.SendAsync(AnvilWorld.User, Contract.Address, Contract.ChallengeRow(TestModel.Id, Own().Config, tensorId, row, page), bond);
        return await Contract.CountAsync(BlockTag.Latest, CancellationToken.None);
    }

    /// <summary>Another host shows the page.</summary>
    public async Task AnswerAsOtherAsync(ulong id)
    {
        WeightChallenge challenge = await GetAsync(id);
        ProvenPage page = WeightTree.Build(_sound, CancellationToken.None).Prove(challenge.TensorId, (int)challenge.Row, (int)challenge.Page);
        await World.SendAsync(Other, Contract.Address, Contract.AnswerRow(id, Own().Config, page.Content, page.Path));
    }

    public Task<WeightChallenge> GetAsync(ulong id) => Contract.GetAsync(id, BlockTag.Latest, CancellationToken.None);

    /// <summary>One round of a process that starts, and ends after it.</summary>
    public async Task RunAndDieAsync(Func<DefenderOptions, DefenderOptions>? change = null, HttpMessageHandler? handler = null, CancellationToken cancellationToken = default)
    {
        using Life life = Start(change, handler);
        await life.Responder.RunOnceAsync(cancellationToken).Bound();
    }

    /// <summary>A process on the host's disk.</summary>
    public Life Start(Func<DefenderOptions, DefenderOptions>? change = null, HttpMessageHandler? handler = null)
    {
        DefenderOptions options = new()
        {
            Key = AnvilWorld.Host,
            MinPayout = UInt128.MaxValue,
            Retry = TimeSpan.Zero,
            Transactions = new TransactionSenderOptions { ReceiptPoll = TimeSpan.FromMilliseconds(20), Timeout = TimeSpan.FromSeconds(5) },
        };
        options = change?.Invoke(options) ?? options;
        EthereumClient client = handler is null ? Client : new EthereumClient(new JsonRpcClient(World.Options.ChainEndpoint, handler));
        DefenceLedger ledger = new(SqliteDatabase.Open(LedgerPath, DefenceLedger.Migrations), TimeProvider.System);
        DefenceAccount account = new(options, client, AnvilProcess.ChainId, ledger, TimeProvider.System);
        return new Life(account, new WeightResponder(
            options, client, World.Options.Rollup, TestModel.Id, Own(), account, Readiness, Metrics, TimeProvider.System, Log));
    }

    public async ValueTask DisposeAsync()
    {
        _sound.Dispose();
        Metrics.Dispose();
        await World.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private OwnWeights Own() => new(ModelPath, new ModelStoreOptions(), _sound.Config, _sound.ComputeIdentity(CancellationToken.None).WeightsRoot, TimeProvider.System);

    // As an operator does it: whoever has the old file open keeps it.
    private void Replace(byte[] bytes)
    {
        File.WriteAllBytes(ModelPath + ".new", bytes);
        File.Move(ModelPath + ".new", ModelPath, overwrite: true);
    }

    /// <summary>What lives as long as a process.</summary>
    internal sealed class Life(DefenceAccount account, WeightResponder responder) : IDisposable
    {
        public DefenceAccount Account => account;

        public WeightResponder Responder => responder;

        public void Dispose()
        {
            responder.Dispose();
            account.Dispose();
        }
    }
}
