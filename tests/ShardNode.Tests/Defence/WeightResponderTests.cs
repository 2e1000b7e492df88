using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.ShardNode.Defence;
using TeeTee.ShardNode.Tests.Support;

namespace TeeTee.ShardNode.Tests.Defence;

/// <summary>Demands for weight pages on the real contracts: shown once, by whom it costs least, whenever programs die and whatever becomes of the file.</summary>
public sealed class WeightResponderTests
{
    private const uint Embedding = 1;

    // A norm of the last layer: F32, where the embedding is Q8_0.
    private const uint LastNorm = (TestModel.Layers * 64) + 11;

    private const string Alarm = "weights.answers";

    [Fact]
    public async Task RunOnceAsync_PagesDemanded_ShowsEachOnceAtItsTurn()
    {
        await using WeightWorld world = await WeightWorld.StartAsync();
        ulong[] ids = [await world.ChallengeAsync(Embedding, TestModel.Vocabulary - 1, 0), await world.ChallengeAsync(LastNorm, 0, 0)];
        // Of a few accounts one has its turn late enough that the test is quicker.
        PrivateKey late = AnvilProcess.Keys.Skip(3).Select(PrivateKey.Parse).MaxBy(key => WeightResponder.TurnOf(key.Address, new WeightChallenge(
            ids[0], TestModel.Id, Embedding, 0, 0, Address.Zero, 2 * WeightWorld.HalfWindow, 0, ChallengeState.Open), 2 * WeightWorld.HalfWindow))!;
        ulong before = await SentAsync(world, late.Address);
        await world.RunAndDieAsync(options => options with { Key = late });
        Assert.Equal(ChallengeState.Open, (await world.GetAsync(ids[0])).State);
        Assert.Equal((2, 0), (world.Metrics.PagesOpen, world.Metrics.PagesWithheld));

        await world.World.PassAsync(WeightWorld.HalfWindow);
        for (int lives = 0; lives < 3; lives++)
            await world.RunAndDieAsync(options => options with { Key = late });

        foreach (ulong id in ids)
            Assert.Equal(ChallengeState.Answered, (await world.GetAsync(id)).State);
        Assert.Equal(before + 2, await SentAsync(world, late.Address));
        Assert.True(world.Readiness.IsReady, string.Join('\n', world.Readiness.Obstacles.Values));
        Assert.Equal(0, world.Metrics.PagesOpen);
        Assert.True(world.Metrics.SpentToday > 0);
    }

    [Fact]
    public async Task RunOnceAsync_NothingDemanded_TakesWhatItIsOwed()
    {
        await using WeightWorld world = await WeightWorld.StartAsync();
        await world.ChallengeAsync(Embedding, 1, 0);
        await world.World.PassAsync(WeightWorld.HalfWindow);
        await world.RunAndDieAsync();
        Assert.NotEqual((UInt128)0, await world.Contract.GetPayoutAsync(AnvilWorld.Host.Address, BlockTag.Latest, CancellationToken.None));

        await world.RunAndDieAsync(options => options with { MinPayout = 1 });

        Assert.Equal((UInt128)0, await world.Contract.GetPayoutAsync(AnvilWorld.Host.Address, BlockTag.Latest, CancellationToken.None));
    }

    [Fact]
    public async Task RunOnceAsync_FileDamagedBeforeTheFirstDemand_AlarmsAndSendsNothingUntilItIsRepaired()
    {
        await using WeightWorld world = await WeightWorld.StartAsync();
        world.Damage();
        ulong id = await world.ChallengeAsync(LastNorm, 0, 0);
        await world.World.PassAsync(WeightWorld.HalfWindow);
        using WeightWorld.Life life = world.Start();

        for (int rounds = 0; rounds < 2; rounds++)
            await life.Responder.RunOnceAsync(CancellationToken.None).Bound();

        Assert.Contains("damaged or exchanged", world.Readiness.Obstacles[Alarm], StringComparison.Ordinal);
        Assert.Equal((1, 1, 0ul), (world.Metrics.PagesOpen, world.Metrics.PagesWithheld, await world.World.SentByHostAsync()));
        Assert.Single(world.Log.Lines, line => line.Contains("cannot be shown", StringComparison.Ordinal));

        world.Repair();
        await life.Responder.RunOnceAsync(CancellationToken.None).Bound();
        Assert.Equal(ChallengeState.Answered, (await world.GetAsync(id)).State);
        await life.Responder.RunOnceAsync(CancellationToken.None).Bound();
        Assert.True(world.Readiness.IsReady, string.Join('\n', world.Readiness.Obstacles.Values));
    }

    [Fact]
    public async Task RunOnceAsync_OnePageDamagedAfterwards_WithholdsItAndShowsTheOthers()
    {
        await using WeightWorld world = await WeightWorld.StartAsync();
        using WeightWorld.Life life = world.Start();
        await world.ChallengeAsync(LastNorm, 0, 0);
        await world.World.PassAsync(WeightWorld.HalfWindow);
        // Shown, and in the next round the file is closed.
        for (int rounds = 0; rounds < 2; rounds++)
            await life.Responder.RunOnceAsync(CancellationToken.None).Bound();
        world.Damage();
        ulong damaged = await world.ChallengeAsync(Embedding, 0, 0);
        ulong sound = await world.ChallengeAsync(Embedding, 1, 0);
        await world.World.PassAsync(WeightWorld.HalfWindow);

        await life.Responder.RunOnceAsync(CancellationToken.None).Bound();

        Assert.Equal((ChallengeState.Open, ChallengeState.Answered), ((await world.GetAsync(damaged)).State, (await world.GetAsync(sound)).State));
        Assert.Contains("another page", world.Readiness.Obstacles[Alarm], StringComparison.Ordinal);
        Assert.Equal(2ul, await world.World.SentByHostAsync());
    }

    [Fact]
    public async Task RunOnceAsync_FileGone_AlarmsAndSendsNothing()
    {
        await using WeightWorld world = await WeightWorld.StartAsync();
        ulong id = await world.ChallengeAsync(Embedding, 0, 0);
        await world.World.PassAsync(WeightWorld.HalfWindow);
        File.Delete(world.ModelPath);

        await world.RunAndDieAsync();

        Assert.Equal((ChallengeState.Open, 0ul), ((await world.GetAsync(id)).State, await world.World.SentByHostAsync()));
        Assert.Contains(world.ModelPath, world.Readiness.Obstacles[Alarm], StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunOnceAsync_AnotherHostShowsItAfterItWasRead_SendsNothing()
    {
        await using WeightWorld world = await WeightWorld.StartAsync();
        ulong id = await world.ChallengeAsync(Embedding, 0, 0);
        await world.World.PassAsync(WeightWorld.HalfWindow);
        using AfterFirst line = new("eth_getBlockByNumber", () => world.AnswerAsOtherAsync(id));

        await world.RunAndDieAsync(handler: line);

        Assert.True(line.IsDone);
        Assert.Equal((ChallengeState.Answered, 0ul), ((await world.GetAsync(id)).State, await world.World.SentByHostAsync()));
        // What was read says that it was open: so this round was about to answer, and looked again before anything was prepared.
        Assert.Equal((1, 0), (world.Metrics.PagesOpen, line.Prepared));
        Assert.Empty(world.Readiness.Obstacles);
    }

    [Fact]
    public async Task RunOnceAsync_AnotherHostIsMinedFirst_IsNoAlarm()
    {
        await using WeightWorld world = await WeightWorld.StartAsync();
        ulong id = await world.ChallengeAsync(Embedding, 0, 0);
        await world.World.PassAsync(WeightWorld.HalfWindow);
        // After the last look and before the transaction.
        using AfterFirst line = new("eth_estimateGas", () => world.AnswerAsOtherAsync(id));

        await world.RunAndDieAsync(handler: line);

        Assert.True(line.IsDone);
        Assert.Equal(ChallengeState.Answered, (await world.GetAsync(id)).State);
        Assert.Empty(world.Readiness.Obstacles);
        Assert.DoesNotContain(world.Log.Lines, text => text.Contains("is published", StringComparison.Ordinal));
    }

    [Fact]
    public async Task RunOnceAsync_KilledRightAfterSending_TheNextLifeSendsNothing()
    {
        await using WeightWorld world = await WeightWorld.StartAsync();
        ulong id = await world.ChallengeAsync(Embedding, 0, 0);
        await world.World.PassAsync(WeightWorld.HalfWindow);
        using CancellationTokenSource death = new();
        using AfterFirst line = new("eth_sendRawTransaction", death.CancelAsync);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.RunAndDieAsync(handler: line, cancellationToken: death.Token));

        for (int lives = 0; lives < 2; lives++)
            await world.RunAndDieAsync();

        Assert.Equal((ChallengeState.Answered, 1ul), ((await world.GetAsync(id)).State, await world.World.SentByHostAsync()));
        Assert.True(world.Readiness.IsReady, string.Join('\n', world.Readiness.Obstacles.Values));
    }

    [Fact]
    public async Task RecoverAsync_WhileAnotherMoveIsUnderWay_DoesNotTakeItForLeftOver()
    {
        await using WeightWorld world = await WeightWorld.StartAsync();
        Task<(int Count, bool Ended)>? recovering = null;
        WeightWorld.Life life = null!;
        using AfterFirst line = new("eth_sendRawTransaction", async () =>
        {
            // The defender's round begins.
            recovering = Task.Run(() => life.Account.RecoverAsync(CancellationToken.None));
            await Task.WhenAny(recovering, Task.Delay(500));
        });
        using (life = world.Start(handler: line))
        {
            await world.ChallengeAsync(Embedding, 0, 0);
            await world.World.PassAsync(WeightWorld.HalfWindow);
            await life.Responder.RunOnceAsync(CancellationToken.None).Bound();

            Assert.True(line.IsDone);
            Assert.Equal((0, true), await recovering!.Bound());
        }
        Assert.Equal(1ul, await world.World.SentByHostAsync());
    }

    [Fact]
    public async Task RunOnceAsync_NothingLeftOfTheDaysLimit_AlarmsAndSendsNothing()
    {
        await using WeightWorld world = await WeightWorld.StartAsync();
        await world.ChallengeAsync(Embedding, 0, 0);
        await world.World.PassAsync(WeightWorld.HalfWindow);

        await world.RunAndDieAsync(options => options with { DailyLimit = 0 });

        Assert.Contains("a day is spent", world.Readiness.Obstacles[Alarm], StringComparison.Ordinal);
        Assert.Equal(0ul, await world.World.SentByHostAsync());
    }

    [Fact]
    public async Task StartAsync_ShardThatDefends_ShowsPagesByItself()
    {
        await using WeightWorld world = await WeightWorld.StartAsync();
        DefenderOptions defending = new() { Key = AnvilWorld.Host, MinBalance = 1, Poll = TimeSpan.FromMilliseconds(100), Retry = TimeSpan.FromMilliseconds(100) };
        ShardNodeOptions options = world.World.Options with { PlainLinks = true, DrainTimeout = TimeSpan.Zero, ModelPath = world.ModelPath, Defender = defending };
        await using ShardNodeHost host = await ShardNodeHost.StartAsync(options, CancellationToken.None).Bound();
        ulong id = await world.ChallengeAsync(Embedding, 0, 0);
        await world.World.PassAsync(WeightWorld.HalfWindow);

        for (int i = 0; i < 100 && (await world.GetAsync(id)).State == ChallengeState.Open; i++)
            await Task.Delay(100);

        Assert.Equal(ChallengeState.Answered, (await world.GetAsync(id)).State);
    }

    private static Task<ulong> SentAsync(WeightWorld world, Address account) =>
        world.Client.GetTransactionCountAsync(account, BlockTag.Latest, CancellationToken.None);

    // Lets something happen right after the first call of a method was answered.
    private sealed class AfterFirst(string method, Func<Task> then) : DelegatingHandler(new SocketsHttpHandler())
    {
        public bool IsDone { get; private set; }

        /// <summary>Transactions that were prepared.</summary>
        public int Prepared { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string body = await request.Content!.ReadAsStringAsync(cancellationToken);
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (body.Contains("eth_estimateGas", StringComparison.Ordinal))
                Prepared++;
            if (!IsDone && body.Contains(method, StringComparison.Ordinal))
            {
                IsDone = true;
                await then();
            }
            return response;
        }
    }
}
