using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.Rollup.Requests;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Accounts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Shards;
using TeeTee.Sequencer.Tests.Support;

namespace TeeTee.Sequencer.Tests.Jobs;

/// <summary>The sequencer against the deployed contracts on a real node: credit, sessions, slots and keys are what the chain says.</summary>
public sealed class OnAnvilTests : IDisposable
{
    private static readonly PrivateKey s_deployer = PrivateKey.Parse(AnvilProcess.Keys[0]);
    private static readonly SimulatedPki s_pki = SimulatedPki.Create(TimeProvider.System);
    private static readonly PrivateKey s_host = PrivateKey.Parse(AnvilProcess.Keys[1]);
    private static readonly PrivateKey s_user = PrivateKey.Parse(AnvilProcess.Keys[2]);

    private static readonly SimulatedMeasurements s_image = SimulatedMeasurements.Of("world", "test");

    private readonly CancellationTokenSource _bound = new(TimeSpan.FromSeconds(60));
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-anvil-").FullName;

    private CancellationToken Bound => _bound.Token;

    public void Dispose()
    {
        _bound.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Job_OnDeployedContracts_IsPaidFromTheSafeDeposit()
    {
        // One slot per epoch makes the block before the newest one the safe one.
        await using AnvilProcess anvil = await AnvilProcess.StartAsync("--slots-in-an-epoch", "1");
        using JsonRpcClient rpc = new(anvil.Endpoint);
        EthereumClient client = new(rpc);
        (Deployment deployment, Slot slot) = await DeployAsync(client);
        CreditsContract credits = new(client, deployment.Credits);
        using TransactionSender user = new(client, s_user, AnvilProcess.ChainId);
        ContractChainReader reader = new(client, deployment, BlockTag.Safe);

        await SendAsync(user, credits, credits.Deposit(s_user.Address), 1_000);
        Assert.Equal(0u, await reader.GetSpendableAsync(s_user.Address, PaymentKind.Credits, Bound));
        await rpc.CallAsync("anvil_mine", [3], Bound);
        Assert.Equal(1_000u, await reader.GetSpendableAsync(s_user.Address, PaymentKind.Credits, Bound));

        await using ScriptedShard shard = await ScriptedShard.StartAsync(slot, deployment.Domain());
        await using SequencerHost host = await SequencerHost.StartAsync(Options(anvil, deployment, slot, shard), Bound);
        ShardPool pool = host.Services.GetRequiredService<ShardPool>();
        await BoundedWait.UntilAsync(() => pool.PipelineOf(slot.ModelId) is not null);
        using HttpClient http = new() { BaseAddress = host.Address, Timeout = Timeout.InfiniteTimeSpan };
        HttpJobClient jobs = new(http, TimeSpan.Zero, TimeProvider.System);
        JobRequest request = TestWorld.Request(1) with { User = s_user.Address, ModelId = slot.ModelId };
        List<JobEvent> events = await jobs.SubmitAsync(Submission(deployment, request, s_user), Bound).ToListAsync();
        Assert.Equal(87u, Assert.IsType<JobFinished>(events[^1]).Fee);

        await BatchingAsync(http, jobs, deployment.Domain().Digest(request));
        await SendAsync(user, credits, credits.RequestWithdrawal(800));
        await Task.Delay(20, Bound);
        AccountInfo account = await jobs.GetAccountAsync(s_user.Address, Bound);
        Assert.Equal((200u, 113u, 87u), ((uint)account.Deposited, (uint)account.Available, (uint)account.Spent));
        await BoundedWait.RefusedAsync("insufficient_credit", () => jobs.SubmitAsync(Submission(deployment, request with { Nonce = 2 }, s_user), Bound).ToListAsync());
        await SessionAsync(user, credits, reader, deployment, request with { Nonce = 2, MaxFee = 100 }, jobs);
    }

    [Fact]
    public async Task Start_OtherChainContractOrNoNode_IsRefusedClearly()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        Deployment elsewhere = TestWorld.Deployment;
        Slot slot = TestWorld.Slots[0];
        ScriptedShard shard = await ScriptedShard.StartAsync(slot);
        await shard.DisposeAsync();

        SequencerOptions options = Options(anvil, elsewhere, slot, shard);
        Assert.Equal("wrong_chain", (await FailureAsync(options)).Code);
        Assert.Equal("wrong_contract", (await FailureAsync(options with { Deployment = elsewhere with { ChainId = AnvilProcess.ChainId } })).Code);
        FailureException unreachable = await FailureAsync(options with { ChainEndpoint = new Uri("http://127.0.0.1:1/") });
        Assert.Equal(("chain_unreachable", ExitCode.Unreachable), (unreachable.Code, unreachable.ExitCode));
    }

    [Fact]
    public async Task Start_PenaltyAboveTheStake_IsRefusedWithBothValues()
    {
        await using AnvilProcess anvil = await AnvilProcess.StartAsync();
        using JsonRpcClient rpc = new(anvil.Endpoint);
        ModuleTerms terms = ModuleTerms.For(TestWorld.Parameters);
        UInt128 penalty = TestWorld.Parameters.MinSlotStake + 1;
        (Deployment deployment, Slot slot) = await DeployAsync(new EthereumClient(rpc), terms with { Game = terms.Game with { Penalty = penalty } });
        await using ScriptedShard shard = await ScriptedShard.StartAsync(slot, deployment.Domain());

        FailureException refused = await FailureAsync(Options(anvil, deployment, slot, shard));

        Assert.Equal(("losing_parameters", ExitCode.Configuration), (refused.Code, refused.ExitCode));
        Assert.Contains("StakeCoversConviction", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"{TestWorld.Parameters.MinSlotStake} wei against", refused.Message, StringComparison.Ordinal);
    }

    // The scripted shard seals no epochs, so the receipt stays answered; that the parts are one host is what is tested.
    private async Task BatchingAsync(HttpClient http, HttpJobClient jobs, Bytes32 jobId)
    {
        JsonElement receipt = (await jobs.GetReceiptAsync(jobId, Bound))!.Value;
        Assert.Equal("answered", receipt.GetProperty("status").GetString());
        Assert.Equal(jobId.ToString(), receipt.GetProperty("id").GetString());
        Assert.Null(await jobs.GetReceiptAsync(Bytes32.Zero, Bound));
        StringContent call = new("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":[]}", System.Text.Encoding.UTF8, "application/json");
        string answer = await (await http.PostAsync("/", call, Bound)).Content.ReadAsStringAsync(Bound);
        Assert.Contains("\"0x14a34\"", answer, StringComparison.Ordinal);
    }

    private async Task SessionAsync(
        TransactionSender user, CreditsContract credits, ContractChainReader reader, Deployment deployment, JobRequest request, HttpJobClient jobs)
    {
        PrivateKey key = PrivateKey.Generate();
        await BoundedWait.RefusedAsync("bad_signature", () => jobs.SubmitAsync(Submission(deployment, request, key), Bound).ToListAsync());
        await SendAsync(user, credits, credits.AuthorizeSession(key.Address, 1_000_000, TestWorld.Now + 1_000));
        SessionGrant grant = (await reader.GetSessionAsync(s_user.Address, key.Address, Bound))!;
        Assert.Equal((1_000_000u, 0u), ((uint)grant.Cap, (uint)grant.RevokedAt));
        List<JobEvent> events = await jobs.SubmitAsync(Submission(deployment, request, key), Bound).ToListAsync();
        Assert.IsType<JobFinished>(events[^1]);
    }

    private async Task<FailureException> FailureAsync(SequencerOptions options) =>
        await Assert.ThrowsAsync<FailureException>(() => SequencerHost.StartAsync(options, Bound));

    private SequencerOptions Options(AnvilProcess anvil, Deployment deployment, Slot slot, ScriptedShard shard) => new()
    {
        Key = TestWorld.Sequencer,
        ChainEndpoint = anvil.Endpoint,
        Deployment = deployment,
        DatabasePath = Path.Combine(_folder, "sequencer.db"),
        Models = [TestWorld.Offer with { ModelId = slot.ModelId }],
        Shards = [new ShardEndpoint(shard.Endpoint)],
        PlainLinks = true,
        Listen = new IPEndPoint(IPAddress.Loopback, 0),
        Times = TestSequencer.QuickTimes,
        AllowSimulatedTee = true,
        Batching = new BatchingOptions
        {
            Key = TestWorld.Sequencer,
            ChainEndpoint = anvil.Endpoint,
            Deployment = deployment,
            Collateral = new HeldCollateral(s_pki.Collateral(TimeProvider.System.GetUtcNow())),
        },
        ConfigureLogging = logging => logging.ClearProviders(),
    };

    private static JobSubmission Submission(Deployment deployment, JobRequest request, PrivateKey signer) => new(
        request, deployment.Domain().Sign(request, signer).Signature, [.. TestWorld.Prompt(request)]);

    private async Task<(Deployment Deployment, Slot Slot)> DeployAsync(EthereumClient client, ModuleTerms? terms = null)
    {
        using TransactionSender deployer = new(client, s_deployer, AnvilProcess.ChainId);
        using TransactionSender host = new(client, s_host, AnvilProcess.ChainId);
        RollupParameters parameters = TestWorld.Parameters with { PostBeforeHorizon = 400, ExitDelay = 2_000 };
        Deployment deployment = await new RollupDeployer(client, deployer)
            .DeployAsync(
                parameters, terms ?? ModuleTerms.For(parameters), SimulatedPolicy.Of(s_pki, s_image), s_deployer.Address, TestWorld.Sequencer.Address, Bound);
        RegistryContract registry = new(client, deployment.Registry);
        ModelConfig config = new(1, TestWorld.Vocabulary, 64, 128, 4, 4, 2, 16, 16, TestWorld.Context, 0x3727C5AC, 0x3E800000, 0, true);
        TransactionReceipt listed = await SendAsync(
            deployer, registry, registry.ListModel(config, Keccak256.Hash("weights"u8), Keccak256.Hash("tokenizer"u8), 1), parameters.ModelBond);
        Bytes32 modelId = (Bytes32)Event(listed, "ModelListed").Values["modelId"];
        TransactionReceipt opened = await SendAsync(host, registry, registry.RegisterSlot(modelId, 0, 4, s_host.Address), parameters.MinSlotStake);
        uint slotId = (uint)(ulong)Event(opened, "SlotRegistered").Values["slotId"];
        await RegisterKeyAsync(host, registry, deployment, slotId);
        return (deployment, new Slot(slotId, s_host.Address, modelId, 0, 4));
    }

    private async Task RegisterKeyAsync(TransactionSender host, RegistryContract registry, Deployment deployment, uint slotId)
    {
        Address key = TestWorld.ShardKeys[0].Address;
        await SendAsync(host, registry, registry.BeginRegistration(slotId));
        (Bytes32 nonce, _) = await registry.GetRegistrationNonceAsync(slotId, BlockTag.Latest, Bound);
        byte[] reportData = ReportData.ForRegistration(deployment.Domain(), slotId, s_host.Address, nonce, key, FakeChain.EncryptionKey);
        using SimulatedQuoteSource machine = new(s_pki, s_image);
        byte[] evidence = TdxEvidence.Create(await machine.GetQuoteAsync(reportData, Bound));
        await SendAsync(host, registry, registry.Register(slotId, key, FakeChain.EncryptionKey, evidence));
    }

    private async Task<TransactionReceipt> SendAsync(TransactionSender sender, Contract to, byte[] data, UInt128 value = default)
    {
        TransactionOutcome outcome = await sender.SendAsync(
            new TransactionRequest { Id = Guid.NewGuid().ToString(), To = to.Address, Data = data, Value = value }, Bound);
        Assert.True(outcome.IsSuccess, $"{outcome.Status}: {ContractError.Describe(outcome.RevertData.Span)} {outcome.Message}");
        return outcome.Receipt!;
    }

    private static ContractEvent Event(TransactionReceipt receipt, string name) =>
        receipt.Logs.Select(ContractEvent.Decode).Single(e => e?.Name == name)!;
}
