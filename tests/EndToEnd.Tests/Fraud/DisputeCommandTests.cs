using System.Globalization;
using System.Text.Json;
using TeeTee.Cli.Devnet;
using TeeTee.Cli.Devnet.Local;
using TeeTee.Cli.Fraud;
using TeeTee.Ethereum;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting.Faults;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Disputing;

namespace TeeTee.EndToEnd.Tests.Fraud;

/// <summary>A whole dispute by hand, with nothing but the command line, against a shard that cheats and defends.</summary>
public sealed class DisputeCommandTests
{
    [Fact]
    public async Task Dispute_OpenProveProveResolve_ConvictsAndPays()
    {
        string folder = Directory.CreateTempSubdirectory("teetee-dispute-").FullName;
        using CancellationTokenSource patience = new(Limits.Patience);
        ChallengerOptions Watching(ChallengerOptions options) => options with { Mode = ChallengerMode.Watchtower };
        await using (FraudNetwork fraud = await FraudNetwork.StartAsync(FraudFixture.Options(folder), Watching, _ => { }, patience.Token))
        {
            LocalNetwork network = fraud.Network;
            ulong honest = await PostAsync(fraud, null, patience.Token);
            ulong cheated = await PostAsync(fraud, new Fault(FaultKind.ActivationBit), patience.Token);

            JsonElement refused = await RunAsync(network, folder, "open", "--batch", Text(honest));
            JsonElement opened = await RunAsync(network, folder, "open", "--batch", Text(cheated));
            string id = Text(opened.GetProperty("dispute").GetProperty("id").GetUInt64());
            await UntilAsync(network, id, "revealed");
            JsonElement selected = await RunAsync(network, folder, "prove", id);
            await UntilAsync(network, id, "answered");
            JsonElement proved = await RunAsync(network, folder, "prove", id);
            await network.Chain.WarpAsync(10, patience.Token);
            JsonElement resolved = await RunAsync(network, folder, "resolve", id);
            JsonElement listed = await ViewAsync(network, "list");

            Assert.Equal("not_invalid", refused.GetProperty("error").GetProperty("code").GetString());
            Assert.Equal("AttentionOutput", selected.GetProperty("selectedOperator").GetString());
            Assert.Equal("challengerWon", proved.GetProperty("dispute").GetProperty("state").GetString());
            Assert.Equal("0", resolved.GetProperty("bounty").GetString());
            Assert.Equal(id, Text(Assert.Single(listed.GetProperty("disputes").EnumerateArray()).GetProperty("id").GetUInt64()));
        }

        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<ulong> PostAsync(FraudNetwork fraud, Fault? fault, CancellationToken cancellationToken)
    {
        fraud.ShardFaults[^1].Active = fault;
        AskedJob job = await fraud.User.AskAsync(new JobPrompt(new uint[] { 3, 40, 77, 114, 151 }, 4, [], Sampling.GreedyPick), cancellationToken);
        fraud.BeHonest();
        RollupContract rollup = new(fraud.Network.Chain.Client, fraud.Network.Deployment.Rollup);
        await fraud.Network.Chain.WarpAsync((await rollup.GetParametersAsync(BlockTag.Latest, cancellationToken)).EpochSeconds, cancellationToken);
        return await fraud.User.WaitForBatchAsync(job.JobId, Limits.Patience, cancellationToken);
    }

    private static Task UntilAsync(LocalNetwork network, string id, string state) => Limits.UntilAsync(
        $"the dispute to be {state}",
        async () => (await ViewAsync(network, "show", id)).GetProperty("dispute").GetProperty("state").GetString() == state);

    private static async Task<JsonElement> ViewAsync(LocalNetwork network, params string[] arguments) => (await TeeTeeProgram.RunAsync(
        ["dispute", .. arguments, "--json", "--chain-url", network.Chain.Address.ToString(), "--deployment", network.Folder.Deployment])).Json();

    private static async Task<JsonElement> RunAsync(LocalNetwork network, string folder, params string[] arguments) => (await TeeTeeProgram.RunAsync(
    [
        "dispute", .. arguments, "--json", "--chain-url", network.Chain.Address.ToString(), "--deployment", network.Folder.Deployment,
        "--data-url", network.Sequencer.Address.ToString(), "--model", network.ModelPath, "--key-file", network.Folder.Key("challenger"),
        "--state", Path.Combine(folder, "by-hand"), "--trusted-root", network.Folder.TrustedRoot, "--collateral", network.Folder.Collateral,
        "--policy", network.Folder.Policy, "--insecure-dev",
    ])).Json();

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
