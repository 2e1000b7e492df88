using TeeTee.Cli.Devnet.Local;
using TeeTee.Cli.Fraud;
using TeeTee.Hosting.Faults;
using TeeTee.Verifier.Disputing;

namespace TeeTee.EndToEnd.Tests.Fraud;

/// <summary>A challenger that ends before and after every one of its transactions goes on with the same dispute, and opens no second one.</summary>
public sealed class ChallengerCrashTests
{
    private static readonly string[] s_points =
    [
        "before open", "after open", "before select", "after select", "before prove", "after prove", "before pay-bounty", "after pay-bounty",
    ];

    private int _next;

    [Fact]
    public async Task Run_ChallengerEndsAroundEveryTransaction_TheOneDisputeIsWonAllTheSame()
    {
        string folder = Directory.CreateTempSubdirectory("teetee-crash-").FullName;
        using CancellationTokenSource patience = new(Limits.Patience);
        FraudResult result;
        await using (FraudNetwork fraud = await FraudNetwork.StartAsync(FraudFixture.Options(folder), Hooked, _ => { }, patience.Token))
        {
            using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
            Task supervising = SuperviseAsync(fraud.Network, over.Token);
            result = await new FraudRun(fraud, warps: true, _ => { }).RunAsync(new Fault(FaultKind.ActivationBit), patience.Token);
            await over.CancelAsync();
            await supervising.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
        Assert.Equal(s_points.Length, _next);
        Assert.True(result.Caught);
        Assert.Single(result.Transactions, t => t.Name == "open");
        Assert.Equal(1, result.Transactions.Count(t => t.Name == "prove"));
        Assert.True(result.Bounty > 0);
    }

    private ChallengerOptions Hooked(ChallengerOptions options) => options with { BeforeSend = p => Die($"before {p}"), AfterSend = p => Die($"after {p}") };

    // Nothing is saved on the way out: what the next start has is what was on the disk and on the chain at this moment.
    private Task Die(string point)
    {
        if (_next == s_points.Length || s_points[_next] != point)
            return Task.CompletedTask;
        _next++;
        throw new OperationCanceledException($"killed {point}");
    }

    private static async Task SuperviseAsync(LocalNetwork network, CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.WhenAny(network.Verifier!.Challenging, Task.Delay(Timeout.Infinite, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            await network.StopVerifierAsync();
            await network.StartVerifierAsync(null, cancellationToken);
        }
    }
}
