using TeeTee.Cli.Bench.Binary32;

namespace TeeTee.Cli.Tests.Bench.Binary32;

/// <summary>The contracts' arithmetic on a real anvil against this machine's; the long runs are the command's.</summary>
public sealed class FuzzRunTests
{
    private const ulong Seed = 20261129;

    [Fact]
    public async Task Run_EveryOperation_IsEqual()
    {
        await using FuzzChain chain = await FuzzChain.StartAsync(_ => { }, CancellationToken.None);
        FuzzState state = FuzzState.LoadOrBegin(path: null, FuzzChain.CodeHash, Seed);
        FuzzRun run = new([chain], state, () => { }, _ => { });

        foreach (FuzzOperation operation in Enum.GetValues<FuzzOperation>().Where(o => o != FuzzOperation.Planted))
        {
            Assert.Null(await run.RunAsync(operation, 100_000, CancellationToken.None));
            Assert.InRange(state.Of(operation).Equal, 100_000ul, 100_002ul);
        }
    }

    [Fact]
    public async Task Run_TiesRoundedTheWrongWayOnChain_FindsTheFirstCase()
    {
        await using FuzzChain chain = await FuzzChain.StartAsync(_ => { }, CancellationToken.None);
        int saved = 0;
        FuzzState state = FuzzState.LoadOrBegin(path: null, FuzzChain.CodeHash, Seed);
        FuzzDifference? found = await new FuzzRun([chain], state, () => saved++, _ => { }).RunAsync(FuzzOperation.Planted, 100_000, CancellationToken.None);

        Assert.NotNull(found);
        Assert.Equal(found.Case, found.CaseOnChain);
        Assert.Equal(found.Expected + 1, found.OnChain);
        Assert.InRange(found.Index, state.Of(FuzzOperation.Planted).Equal, state.Of(FuzzOperation.Planted).Equal + 2);
        Assert.Contains(found.Index.ToString(System.Globalization.CultureInfo.InvariantCulture), state.Of(FuzzOperation.Planted).Difference, StringComparison.Ordinal);
        Assert.True(saved > 0);
        // The first one: everything before it is equal.
        ulong draws = found.Index / FuzzCase.PerDraw;
        Assert.Equal(FuzzEvaluator.Digest(FuzzOperation.Planted, Seed, 0, draws), await chain.DigestAsync(FuzzOperation.Planted, Seed, 0, draws, CancellationToken.None));
    }

    [Fact]
    public async Task Run_SeveralChains_CoverTheSameCases()
    {
        await using FuzzChain first = await FuzzChain.StartAsync(_ => { }, CancellationToken.None);
        await using FuzzChain second = await FuzzChain.StartAsync(_ => { }, CancellationToken.None);
        FuzzState alone = FuzzState.LoadOrBegin(path: null, FuzzChain.CodeHash, Seed);
        FuzzState together = FuzzState.LoadOrBegin(path: null, FuzzChain.CodeHash, Seed);

        FuzzDifference? one = await new FuzzRun([first], alone, () => { }, _ => { }).RunAsync(FuzzOperation.Planted, 20_000, CancellationToken.None);
        FuzzDifference? two = await new FuzzRun([first, second], together, () => { }, _ => { }).RunAsync(FuzzOperation.Planted, 20_000, CancellationToken.None);

        Assert.NotNull(one);
        Assert.Equal(one, two);
    }
}
