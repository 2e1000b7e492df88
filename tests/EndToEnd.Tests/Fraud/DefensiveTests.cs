using TeeTee.Cli.Devnet;
using TeeTee.Cli.Fraud;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Disputing;

namespace TeeTee.EndToEnd.Tests.Fraud;

/// <summary>A defensive verifier keeps an operator from losing that is accused wrongly while its machine is away.</summary>
public sealed class DefensiveTests
{
    [Fact]
    public async Task Run_HostAwayIsAccusedWrongly_TheVerifierRevealsForItAndTheAccuserLosesItsBond()
    {
        string folder = Directory.CreateTempSubdirectory("teetee-defence-").FullName;
        using CancellationTokenSource patience = new(Limits.Patience);
        PrivateKey host = DevnetKeys.LoadOrCreate(new DevnetFolder(folder), 2).Operators[0];
        ChallengerOptions Defensive(ChallengerOptions options) => options with { Mode = ChallengerMode.Defensive, Interests = [host.Address] };
        FraudResult result;
        await using (FraudNetwork fraud = await FraudNetwork.StartAsync(FraudFixture.Options(folder), Defensive, _ => { }, patience.Token, defends: false))
        {
            DisputeGameContract game = new(fraud.Network.Chain.Client, fraud.Network.Deployment.DisputeGame!.Value);
            using TransactionSender sender = new(fraud.Network.Chain.Client, host, fraud.Network.Deployment.ChainId, FraudNetwork.Sending);
            TransactionRequest named = new() { Id = "defender", To = game.Address, Data = game.SetDefender(fraud.Network.Keys.Challenger.Address, true) };
            (await sender.SendAsync(named, patience.Token)).Require();

            result = await new FraudRun(fraud, warps: true, _ => { }).RunAsync(new Fault(FaultKind.RevealByStranger), patience.Token);

            Assert.Equal(fraud.Network.Keys.Challenger.Address, Assert.Single(result.Transactions, t => t.Name == "reveal").From);
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
        Assert.True(result.Caught);
        Assert.Empty(result.Slashed);
        Assert.True(result.HonestHostsUnharmed);
    }
}
