using TeeTee.Attestation.Encryption;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Gateway.Tests.Support;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Tests.Sessions;

/// <summary>A client's sealed job against a sequencer that really opens it, honest or not.</summary>
public sealed class SealedAnswerTests : IDisposable
{
    private readonly EnclaveEncryptionKey _auditor = EnclaveEncryptionKey.Generate();
    private readonly ScriptedSequencer _sequencer = new() { Answer = DemoModel.Answer("one two three") };

    [Fact]
    public async Task ReadAsync_SealedJob_GivesTheAnswerAndSendsNoIds()
    {
        await using RunningJob job = await StartAsync();
        AnswerReader reader = Reader(job);
        List<uint> tokens = await DrainAsync(reader);

        JobSubmission sent = Assert.Single(_sequencer.Submissions);
        Assert.Equal(_sequencer.Answer, tokens);
        Assert.NotNull(reader.Finished);
        Assert.Null(sent.Tokens);
        Assert.Equal(PrivacyMode.Sealed, sent.Request.Privacy);
        Assert.NotEqual(TokenCommitment.Root([5, 6, 7]), sent.Request.PromptTokensRoot);
        Assert.True(SealedFrame.TryRead(sent.Sealed, out SealedFrame? frame));
        Assert.Equal([_sequencer.Model.EncryptionKey, new Bytes32(_auditor.PublicKey.Span)], frame.Wraps.Select(w => w.Recipient));
        Assert.True(DataKey.TryUnwrap(_auditor, frame.Wraps[1], job.Exchange!.Binding, out DataKey? key));
        Assert.Equal(job.Exchange.Key.ToArray(), key.ToArray());
        key.Dispose();
    }

    [Fact]
    public async Task StartAsync_NonceTakenByAnother_DrawsAnotherKeyForTheSecondTry()
    {
        _sequencer.Refusals.Enqueue(new JobApiException(System.Net.HttpStatusCode.Conflict, "nonce_used", "Used."));

        await using RunningJob job = await StartAsync();

        JobSubmission[] sent = [.. _sequencer.Submissions];
        Assert.Equal(2, sent.Length);
        Assert.NotEqual(sent[0].Request.PromptTokensRoot, sent[1].Request.PromptTokensRoot);
        Assert.NotEqual(sent[0].Sealed, sent[1].Sealed);
    }

    public static TheoryData<string> Faults =>
        ["changed", "swapped", "repeated", "shorter", "plain", "plain beside", "miscounted", "of another job", "skipped", "root", "unsalted root", "fewer"];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task ReadAsync_TamperedStreamOrReceipt_IsRefused(string fault)
    {
        byte[]? first = null;
        using var stranger = SealedExchange.FromKey(DataKey.Generate(), new SealedBinding(Bytes32.Zero, _sequencer.User.Address, 1, Bytes32.Zero));
        _sequencer.TamperTokens = tokens =>
        {
            first ??= tokens.Sealed;
            return fault switch
            {
                "changed" when tokens.First == 2 => tokens with { Sealed = [.. tokens.Sealed![..^1], (byte)(tokens.Sealed![^1] ^ 1)] },
                "swapped" or "repeated" when tokens.First == 1 => tokens with { Sealed = first },
                "shorter" when tokens.First == 1 => tokens with { Sealed = tokens.Sealed![..19] },
                "plain" when tokens.First == 1 => new JobTokens(1, [5]),
                "plain beside" when tokens.First == 1 => tokens with { Sealed = null, Tokens = [_sequencer.Answer[1]] },
                "miscounted" when tokens.First == 1 => tokens with { Count = 2 },
                "of another job" when tokens.First == 1 => tokens with { Sealed = stranger.SealOutput(1, _sequencer.Answer[1]) },
                "skipped" when tokens.First == 1 => tokens with { First = 2 },
                _ => tokens,
            };
        };
        _sequencer.Tamper = finished => fault switch
        {
            "root" => finished with { TokensRoot = Bytes32.Zero },
            "unsalted root" => finished with { TokensRoot = TokenCommitment.Root([5, 6, 7, .. _sequencer.Answer]) },
            "fewer" => finished with { OutputTokens = finished.OutputTokens - 1 },
            _ => finished,
        };
        await using RunningJob job = await StartAsync();

        await Assert.ThrowsAsync<AnswerFaultException>(() => DrainAsync(Reader(job)));
    }

    [Fact]
    public async Task ReadAsync_PublicJobAnsweredSealed_IsRefused()
    {
        _sequencer.TamperTokens = tokens => new JobTokens(tokens.First, Count: 1, Sealed: new byte[20]);
        using JobSigner signer = Signer();
        await using RunningJob job = await signer.StartAsync(_sequencer.Node, _sequencer.Model, Prompt() with { Seal = null }, CancellationToken.None);

        await Assert.ThrowsAsync<AnswerFaultException>(() => DrainAsync(Reader(job)));
    }

    public void Dispose() => _auditor.Dispose();

    private static async Task<List<uint>> DrainAsync(AnswerReader reader)
    {
        List<uint> tokens = [];
        await foreach (uint token in reader.ReadAsync(CancellationToken.None))
            tokens.Add(token);
        return tokens;
    }

    private async Task<RunningJob> StartAsync()
    {
        using JobSigner signer = Signer();
        return await signer.StartAsync(_sequencer.Node, _sequencer.Model, Prompt(), CancellationToken.None);
    }

    private JobPrompt Prompt() => new(new uint[] { 5, 6, 7 }, 10, [DemoModel.EndOfText], Sampling.GreedyPick)
    {
        Seal = new JobSeal(_sequencer.Model.EncryptionKey, [new Bytes32(_auditor.PublicKey.Span)]),
    };

    private JobSigner Signer() => new(_sequencer, _sequencer.User.Address, _sequencer.User, PaymentKind.Credits, TimeProvider.System);

    private AnswerReader Reader(RunningJob job) => new(job, _sequencer, _sequencer.Node, _sequencer.Model, Secp256k1Recovery.Instance);
}
