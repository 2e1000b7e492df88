using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Gateway.Tests.Support;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Tests.Sessions;

public sealed class JobSignerTests
{
    private static readonly JobPrompt s_prompt = new(new uint[] { 5, 6, 7 }, 10, [DemoModel.EndOfText], Sampling.GreedyPick);

    [Fact]
    public async Task StartAsync_ManyAtOnce_GiveEachItsOwnNonceAndVoucher()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one") };
        using JobSigner signer = Signer(sequencer);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await using RunningJob job = await signer.StartAsync(sequencer.Node, sequencer.Model, s_prompt, CancellationToken.None);
            AnswerReader reader = Reader(sequencer, job);
            await foreach (uint token in reader.ReadAsync(CancellationToken.None))
                Assert.Contains(token, sequencer.Answer);
            Assert.NotNull(reader.Finished);
        }));

        Assert.Equal(Enumerable.Range(1, 8).Select(n => (ulong)n), sequencer.Submissions.Select(s => s.Request.Nonce));
    }

    [Fact]
    public async Task StartAsync_NonceTakenByAnother_SignsAgain()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one") };
        sequencer.Refusals.Enqueue(new JobApiException(System.Net.HttpStatusCode.Conflict, "nonce_used", "Used."));
        using JobSigner signer = Signer(sequencer);

        await using RunningJob job = await signer.StartAsync(sequencer.Node, sequencer.Model, s_prompt, CancellationToken.None);

        Assert.Equal(2, sequencer.Submissions.Count);
    }

    [Fact]
    public async Task StartAsync_AlwaysTaken_GivesUp()
    {
        ScriptedSequencer sequencer = new();
        for (int i = 0; i < 10; i++)
            sequencer.Refusals.Enqueue(new JobApiException(System.Net.HttpStatusCode.Conflict, "nonce_used", "Used."));
        using JobSigner signer = Signer(sequencer);

        var fault = await Assert.ThrowsAsync<JobApiException>(() => signer.StartAsync(sequencer.Node, sequencer.Model, s_prompt, CancellationToken.None));

        Assert.Equal(("nonce_used", 3), (fault.Code, sequencer.Submissions.Count));
    }

    [Theory]
    [InlineData(59, true)]
    [InlineData(58, false)]
    public async Task StartAsync_Cap_BoundsTheCumulativeVoucher(uint cap, bool allowed)
    {
        // 3 prompt tokens at 3 wei and 10 output tokens at 5 wei.
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one") };
        using JobSigner signer = Signer(sequencer, cap);

        Exception? fault = await Record.ExceptionAsync(async () =>
        {
            await using RunningJob job = await signer.StartAsync(sequencer.Node, sequencer.Model, s_prompt, CancellationToken.None);
        });

        Assert.Equal(allowed, fault is null);
        Assert.Equal(allowed ? 1 : 0, sequencer.Submissions.Count);
    }

    [Fact]
    public async Task ReadAsync_CancelledWithoutOurSignature_IsRefused()
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one two three"), Tamper = f => f with { Finish = FinishReason.Cancelled } };
        using JobSigner signer = Signer(sequencer);
        await using RunningJob job = await signer.StartAsync(sequencer.Node, sequencer.Model, s_prompt, CancellationToken.None);

        await Assert.ThrowsAsync<AnswerFaultException>(() => DrainAsync(Reader(sequencer, job)));
    }

    public static TheoryData<string> Faults => [.. s_faults.Keys];

    private static readonly Dictionary<string, Func<JobFinished, JobFinished>> s_faults = new()
    {
        ["output count"] = f => f with { OutputTokens = f.OutputTokens + 1 },
        ["prompt count"] = f => f with { PromptTokens = f.PromptTokens - 1 },
        ["tokens root"] = f => f with { TokensRoot = Primitives.Bytes32.Zero },
        ["fee"] = f => f with { Fee = f.Fee + 1 },
        ["finish"] = f => f with { Finish = FinishReason.Length },
        ["void"] = f => f with { Finish = FinishReason.Void },
        ["answer's fee"] = f => f with { Answer = f.Answer with { Fee = f.Fee + 1 } },
        ["answer's promise"] = f => f with { Answer = f.Answer with { PostBefore = f.Answer.PostBefore + 1 } },
        ["answer's signer"] = f => f with { AnswerSignature = f.Shards[0].Signature },
        ["missing shard"] = f => f with { Shards = f.Shards[..1] },
        ["order of shards"] = f => f with { Shards = [f.Shards[1], f.Shards[0]] },
        ["shard's positions"] = f => f with { Shards = [f.Shards[0] with { Receipt = f.Shards[0].Receipt with { Positions = 1 } }, f.Shards[1]] },
        ["shard's trace"] = f => f with { Shards = [f.Shards[0] with { Receipt = f.Shards[0].Receipt with { TraceRoot = f.TokensRoot } }, f.Shards[1]] },
        ["shard's signer"] = f => f with { Shards = [f.Shards[0], f.Shards[1] with { Signature = f.Shards[0].Signature }] },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task ReadAsync_TamperedReceipt_IsRefused(string fault)
    {
        ScriptedSequencer sequencer = new() { Answer = DemoModel.Answer("one two three"), Tamper = s_faults[fault] };
        using JobSigner signer = Signer(sequencer);
        await using RunningJob job = await signer.StartAsync(sequencer.Node, sequencer.Model, s_prompt, CancellationToken.None);

        await Assert.ThrowsAsync<AnswerFaultException>(() => DrainAsync(Reader(sequencer, job)));
    }

    private static async Task DrainAsync(AnswerReader reader)
    {
        await foreach (uint _ in reader.ReadAsync(CancellationToken.None))
        {
        }
    }

    private static AnswerReader Reader(ScriptedSequencer sequencer, RunningJob job) =>
        new(job, sequencer, sequencer.Node, sequencer.Model, Secp256k1Recovery.Instance);

    private static JobSigner Signer(ScriptedSequencer sequencer, UInt128? cap = null) =>
        new(sequencer, sequencer.User.Address, sequencer.User, PaymentKind.Credits, TimeProvider.System, cap);
}
