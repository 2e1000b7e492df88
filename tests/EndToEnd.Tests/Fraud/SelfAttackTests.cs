using TeeTee.Cli.Bench.Honest;
using TeeTee.Cli.Devnet.Local;

namespace TeeTee.EndToEnd.Tests.Fraud;

/// <summary>An active challenger over endpoints that err, lag, fork, omit and answer from the past accuses nobody who is honest.</summary>
public sealed class SelfAttackTests
{
    [Fact]
    public async Task Run_HonestBatchesUnderLyingEndpoints_NothingIsOpenedAndNobodyLosesAWei()
    {
        string folder = Directory.CreateTempSubdirectory("teetee-self-").FullName;
        List<HonestRow> rows = [];
        await using (HonestNetwork network = await HonestNetwork.StartAsync(folder, NetworkFixture.ModelPath, 2, 5, _ => { }, CancellationToken.None))
        {
            EndpointFaults[] faults =
            [
                EndpointFaults.All, EndpointFaults.Errors | EndpointFaults.CutShort, EndpointFaults.Lags, EndpointFaults.OmitsLogs, EndpointFaults.OldState,
                EndpointFaults.OtherFork,
            ];
            for (int i = 0; i < faults.Length; i++)
            {
                // So often that hardly a judgement comes through, and then seldom: a single lie in the middle of one is the harder case.
                double rate = i % 2 == 0 ? 0.2 : 0.01;
                HonestPlan plan = new(i + 1, [new HonestJob(5, 4, true), new HonestJob(12, 3, false)], faults[i], rate, RestartsVerifier: i == 2);
                rows.Add(await network.RunAsync(plan, CancellationToken.None).WaitAsync(Limits.Patience));
            }
        }

        Directory.Delete(folder, recursive: true);
        Assert.All(rows, row => Assert.True(row.Ok, row.ToString()));
        Assert.True(rows.Sum(row => row.Lies) > 100, "The endpoints hardly lied.");
    }
}
