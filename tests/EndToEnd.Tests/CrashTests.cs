using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using TeeTee.Gateway.Jobs;

namespace TeeTee.EndToEnd.Tests;

[Collection(NetworkGroup.Name)]
public sealed class CrashTests(NetworkFixture fixture)
{
    private const uint OutputTokens = 64;
    private const string Question = "What is a rollup?";

    [Theory]
    [InlineData("shard-0")]
    [InlineData("shard-1")]
    [InlineData("sequencer")]
    public async Task Job_ServiceKilledInMidAnswer_IsAnsweredAndChargedOnce(string service)
    {
        (IReadOnlyList<uint> undisturbed, _) = await (await fixture.PrepareAsync(Question, OutputTokens)).RunAsync(fixture.Jobs);
        AccountInfo before = await fixture.SettledAccountAsync();
        Asking asking = await fixture.PrepareAsync(Question, OutputTokens);
        bool killed = false;

        (IReadOnlyList<uint> tokens, JobEvent last) = await asking.RunAsync(fixture.Jobs, count =>
        {
            if (killed || count < 5)
                return;
            killed = true;
            fixture.Network.KillService(service);
        });

        Assert.True(killed);
        Assert.Equal(undisturbed, tokens);
        Assert.Equal(asking.Request.MaxFee, Assert.IsType<JobFinished>(last).Fee);
        AccountInfo after = await fixture.SettledAccountAsync();
        Assert.Equal(before.Spent + asking.Request.MaxFee, after.Spent);
        await FinalAsync(asking);
    }

    [Fact]
    public async Task Job_ShardLostForGood_IsVoidAndTheHoldReleased()
    {
        AccountInfo before = await fixture.SettledAccountAsync();
        Asking asking = await fixture.PrepareAsync(Question, OutputTokens);
        TcpListener? inTheWay = null;

        // The shard's port is taken as soon as it is dead, so that no restart succeeds.
        (IReadOnlyList<uint> tokens, JobEvent last) = await asking.RunAsync(fixture.Jobs, count => inTheWay ??= Replace("shard-1"));

        using (inTheWay)
        {
            JobFailed failed = Assert.IsType<JobFailed>(last);
            Assert.Equal("shard_unavailable", failed.Code);
            Assert.InRange(tokens.Count, 1, (int)OutputTokens - 1);
            AccountInfo after = await fixture.SettledAccountAsync();
            Assert.Equal((before.Spent, before.Nonce + 1), (after.Spent, after.Nonce));
        }
        JsonElement leaf = (await ReceiptAsync(asking, "void")).GetProperty("queryReceipt");
        Assert.Equal(("void", "0", 0), (leaf.GetProperty("finish").GetString(), leaf.GetProperty("fee").GetString(), leaf.GetProperty("outputTokens").GetInt32()));
    }

    [Fact]
    public async Task Job_ClientGoneInMidStream_RunsToItsEndAndIsCharged()
    {
        AccountInfo before = await fixture.SettledAccountAsync();
        Asking asking = await fixture.PrepareAsync(Question, OutputTokens);
        using (CancellationTokenSource limit = new(Limits.Patience))
        {
            await foreach (JobEvent item in fixture.Jobs.SubmitAsync(asking.Sign(), limit.Token))
            {
                if (item is JobTokens)
                    break;
            }
        }

        AccountInfo after = await fixture.SettledAccountAsync();

        Assert.Equal(before.Spent + asking.Request.MaxFee, after.Spent);
        (IReadOnlyList<uint> tokens, JobEvent last) = await asking.RunAsync(fixture.Jobs);
        Assert.Equal((int)OutputTokens, tokens.Count);
        Assert.IsType<JobFinished>(last);
        Assert.Equal(after.Spent, (await fixture.SettledAccountAsync()).Spent);
    }

    [Fact]
    public async Task Job_ChainAwayForAWhile_IsAnsweredAndPostedLater()
    {
        // Credit was read a moment ago, so that it is known.
        await (await fixture.PrepareAsync(Question, 2)).RunAsync(fixture.Jobs);
        Asking asking = await fixture.PrepareAsync(Question, OutputTokens);
        int[] chain = [.. fixture.Network.Find("anvil")];
        Assert.NotEmpty(chain);
        foreach (int process in chain)
            DevNetwork.Signal(process, "STOP");
        JobEvent last;
        try
        {
            (_, last) = await asking.RunAsync(fixture.Jobs);
            await Task.Delay(TimeSpan.FromSeconds(2));
        }
        finally
        {
            foreach (int process in chain)
                DevNetwork.Signal(process, "CONT");
        }

        Assert.IsType<JobFinished>(last);
        await FinalAsync(asking);
    }

    private TcpListener Replace(string service)
    {
        int port = GrpcPort(service);
        fixture.Network.KillService(service);
        while (true)
        {
            TcpListener listener = new(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException)
            {
                // The kernel has not closed the dead process's socket yet.
                listener.Dispose();
            }
        }
    }

    private int GrpcPort(string service)
    {
        string[] arguments = File.ReadAllText($"/proc/{fixture.Network.Find(service).Single()}/cmdline").Split('\0');
        return IPEndPoint.Parse(arguments[Array.IndexOf(arguments, "--listen") + 1]).Port;
    }

    private Task<JsonElement> FinalAsync(Asking asking) => ReceiptAsync(asking, "final");

    /// <summary>The receipt once it has a status and its leaf in a batch.</summary>
    private async Task<JsonElement> ReceiptAsync(Asking asking, string status)
    {
        JsonElement? receipt = null;
        await Limits.UntilAsync($"the receipt to be {status}", async () =>
        {
            try
            {
                receipt = await fixture.Jobs.GetReceiptAsync(asking.JobId, CancellationToken.None);
                return receipt is { } found && found.GetProperty("status").GetString() == status && found.TryGetProperty("queryReceipt", out _);
            }
            catch (JobApiException fault) when (fault.Status is null)
            {
                return false;
            }
        });
        return receipt!.Value;
    }
}
