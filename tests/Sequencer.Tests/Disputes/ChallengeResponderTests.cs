using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Tests.Batching;
using TeeTee.Sequencer.Tests.Posting;
using TeeTee.Verifier.Disputing;

namespace TeeTee.Sequencer.Tests.Disputes;

/// <summary>Challenges of quotes on the deployed contracts, with quotes of the simulated PKI that the chain verifies for real.</summary>
public sealed class ChallengeResponderTests : NodeTest
{
    private static readonly PrivateKey s_challenger = ChainWorld.Users[1];
    private static readonly TransactionSenderOptions s_sending = new() { ReceiptPoll = TimeSpan.FromMilliseconds(20) };

    [Fact]
    public async Task RespondAsync_GoodQuoteChallenged_DefendsItAndTakesTheBond()
    {
        TestNode node = Open();
        await PostAsync(node);
        QuoteChallenge challenge = await ChallengeAsync(1, 1);
        Assert.Equal((ChallengeState.Open, ChainWorld.Sequencer.Address, s_challenger.Address), (challenge.State, challenge.Poster, challenge.Challenger));
        Assert.Equal((UInt128)ChainWorld.Terms.Bond, await BalanceAsync(World.Challenges.Address));

        Assert.True(await node.RespondAsync(Bound));
        Assert.Equal(ChallengeState.Answered, (await World.Challenges.GetAsync(challenge.Id, BlockTag.Latest, Bound)).State);
        Assert.Equal(ChainWorld.Terms.Bond, await World.Challenges.GetPayoutAsync(ChainWorld.Sequencer.Address, BlockTag.Latest, Bound));
        await node.RespondAsync(Bound);
        Assert.Equal((UInt128)0, await BalanceAsync(World.Challenges.Address));
        Assert.Equal(ChainWorld.Parameters.MinPosterStake, await StakeAsync());
        Assert.True(node.Readiness.IsReady);

        await World.AdvanceAsync(ChainWorld.Parameters.ResponseWindow, Bound);
        using QuoteChallenger challenger = Challenger();
        Assert.Equal(ChallengeState.Answered, (await challenger.SettleAsync(challenge.Id, Bound)).State);
        Assert.Equal(ChainWorld.Parameters.MinPosterStake, await StakeAsync());
    }

    [Fact]
    public async Task RespondAsync_EveryQuoteChallengedWhileAway_AnswersAllAfterTheRestart()
    {
        TestNode node = Open();
        await PostAsync(node);
        await ChallengeAsync(1, 0);
        await node.DisposeAsync();
        await ChallengeAsync(1, 1);

        TestNode again = Open();
        await again.RespondAsync(Bound);

        Assert.Equal(0ul, await World.Challenges.CountOpenAsync(ChainWorld.Sequencer.Address, BlockTag.Latest, Bound));
        Assert.Equal(2 * ChainWorld.Terms.Bond, await World.Challenges.GetPayoutAsync(ChainWorld.Sequencer.Address, BlockTag.Latest, Bound));
        long sent = again.Scalar<long>("SELECT count(*) FROM outbox WHERE purpose LIKE 'answer:%'");
        Assert.Equal(2, sent);
        await again.RespondAsync(Bound);
        Assert.Equal(sent, again.Scalar<long>("SELECT count(*) FROM outbox WHERE purpose LIKE 'answer:%'"));
    }

    [Fact]
    public async Task RespondAsync_AnsweredByAStrangerMeanwhile_HasNothingToDo()
    {
        TestNode node = Open();
        await PostAsync(node);
        QuoteChallenge challenge = await ChallengeAsync(1, 0);
        IReadOnlyList<byte[]> items = node.Batches.Items(1, DataKind.Quote, leaf: null);
        QuoteItem[] quotes = [.. items.Select(Decode)];
        Assert.True(TdxEvidence.TryCreate(quotes[0].Quote.Span, out TdxEvidence? evidence, out _));
        byte[] answer = World.Challenges.Answer(challenge.Id, quotes[0].Record, new QuoteTree(quotes.Select(q => q.Record)).Prove(0), evidence);
        await World.SendAsync(ChainWorld.Users[0], World.Challenges, answer, 0, Bound);

        Assert.False(await node.RespondAsync(Bound));
        Assert.Equal(0, node.Scalar<long>("SELECT count(*) FROM outbox WHERE purpose LIKE 'answer:%'"));
    }

    [Theory]
    [InlineData(BadQuote.OfAStrangersRoot, "TdxQuoteVerifier_BadCertificateSignature")]
    [InlineData(BadQuote.OverOtherReceipts, "TdxQuoteVerifier_WrongReportData")]
    [InlineData(BadQuote.OfAnotherImage, "TdxQuoteVerifier_ImageRefused")]
    [InlineData(BadQuote.OfAForeignKey, "QuoteChallenges_KeyNotValid")]
    public async Task SettleAsync_BadQuotePosted_SlashesThePosterAndPaysTheChallenger(BadQuote kind, string refusal)
    {
        TestNode node = Open();
        QuoteItem bad = await MakeAsync(kind);
        await PostAsync(bad);
        QuoteChallenge challenge = await ChallengeAsync(1, 0);

        // Not even the whole truth clears this poster, and its own sequencer says that it cannot.
        Assert.True(TdxEvidence.TryCreate(bad.Quote.Span, out TdxEvidence? evidence, out _));
        byte[] answer = World.Challenges.Answer(challenge.Id, bad.Record, [], evidence);
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => World.SendAsync(ChainWorld.Users[0], World.Challenges, answer, 0, Bound));
        Assert.Contains(refusal, refused.Message, StringComparison.Ordinal);
        Assert.False(await node.RespondAsync(Bound));
        Assert.Contains("batch 1", node.Readiness.Obstacles["answers"], StringComparison.Ordinal);

        using QuoteChallenger challenger = Challenger();
        Assert.Equal(ChallengeState.Open, (await challenger.SettleAsync(challenge.Id, Bound)).State);
        await World.AdvanceAsync(ChainWorld.Parameters.ResponseWindow, Bound);
        UInt128 burnt = await BalanceAsync(Address.Parse("0x000000000000000000000000000000000000dEaD"));
        Assert.Equal(ChallengeState.Convicted, (await challenger.SettleAsync(challenge.Id, Bound)).State);
        Assert.Equal(ChainWorld.Parameters.MinPosterStake - ChainWorld.Terms.Penalty, await StakeAsync());
        Assert.Equal(burnt + ChainWorld.Terms.Penalty - ChainWorld.Terms.Bounty, await BalanceAsync(Address.Parse("0x000000000000000000000000000000000000dEaD")));
        Assert.Equal((UInt128)0, await BalanceAsync(World.Challenges.Address));
        Assert.Equal((UInt128)0, await World.Registry.GetPayoutAsync(s_challenger.Address, BlockTag.Latest, Bound));
        await node.RespondAsync(Bound);
        Assert.DoesNotContain("answers", node.Readiness.Obstacles.Keys);
    }

    [Fact]
    public async Task ChallengeAsync_WhatCannotBeChallenged_NamesTheCause()
    {
        TestNode node = Open();
        await PostAsync(node);
        using QuoteChallenger challenger = Challenger();
        Assert.Equal("no_such_batch", (await Assert.ThrowsAsync<FailureException>(() => challenger.ChallengeAsync(2, 0, Bound))).Code);
        FailureException none = await Assert.ThrowsAsync<FailureException>(() => challenger.ChallengeAsync(1, 2, Bound));
        Assert.Contains("QuoteChallenges_NoSuchQuote", none.Message, StringComparison.Ordinal);
        QuoteChallenge first = await challenger.ChallengeAsync(1, 0, Bound);
        Assert.Equal(first, await challenger.ChallengeAsync(1, 0, Bound));
        using QuoteChallenger second = new(World.Anvil.Endpoint, World.Deployment, ChainWorld.Users[0], s_sending);
        Assert.Equal("already_challenged", (await Assert.ThrowsAsync<FailureException>(() => second.ChallengeAsync(1, 0, Bound))).Code);
        Assert.Equal("no_such_challenge", (await Assert.ThrowsAsync<FailureException>(() => second.SettleAsync(9, Bound))).Code);
    }

    [Fact]
    public async Task RespondAsync_ChainAway_KeepsWhatIsOpenForLater()
    {
        using FaultyChain chain = new();
        TestNode node = Open(handler: chain);
        await PostAsync(node);
        await ChallengeAsync(1, 0);
        chain.IsDown = true;
        await Assert.ThrowsAsync<RpcTransportException>(() => node.RespondAsync(Bound));
        chain.IsDown = false;
        Assert.True(await node.RespondAsync(Bound));
        Assert.Equal(0ul, await World.Challenges.CountOpenAsync(ChainWorld.Sequencer.Address, BlockTag.Latest, Bound));
    }

    /// <summary>What is wrong with a posted quote.</summary>
    public enum BadQuote
    {
        OfAStrangersRoot,
        OverOtherReceipts,
        OfAnotherImage,
        OfAForeignKey,
    }

    private async Task<QuoteItem> MakeAsync(BadQuote kind)
    {
        ulong epoch = await World.NowAsync(Bound) / ChainWorld.Parameters.EpochSeconds;
        Address key = kind == BadQuote.OfAForeignKey ? PrivateKey.Generate().Address : World.Enclaves[0].Address;
        QuoteRecord record = new(
            World.ModelId, World.Slots[0].SlotId, World.Slots[0].Operator, epoch, Keccak256.Hash("receipts"u8), key, World.EncryptionKeys[0], Bytes32.Zero);
        QuoteRecord quoted = kind == BadQuote.OverOtherReceipts ? record with { ExecutionRoot = Keccak256.Hash("others"u8) } : record;
        using SimulatedPki stranger = SimulatedPki.Create(TimeProvider.System);
        SimulatedMeasurements image = SimulatedMeasurements.Of(kind == BadQuote.OfAnotherImage ? "other" : "world", "test");
        using SimulatedQuoteSource machine = new(kind == BadQuote.OfAStrangersRoot ? stranger : World.Pki, image);
        byte[] quote = await machine.GetQuoteAsync(ReportData.ForEpoch(World.Domain, quoted), Bound);
        return new QuoteItem(record with { QuoteHash = Keccak256.Hash(quote) }, quote);
    }

    // A sequencer that does not check: only the roots matter here.
    private async Task PostAsync(QuoteItem quote)
    {
        Bytes32 any = Keccak256.Hash("any"u8);
        BatchHeader header = new(1, any, 1, new QuoteTree([quote.Record]).Root, 1, any, 1, any);
        await World.SendAsync(ChainWorld.Sequencer, World.Rollup, World.Rollup.PostBatch(1, Bytes32.Zero, header), 0, Bound);
    }

    private async Task PostAsync(TestNode node)
    {
        await node.AnswerAsync(ChainWorld.Users[0], 1, Bound);
        await node.CollectAsync(Bound);
        await node.BuildAsync(Bound);
        await node.PostAllAsync(Bound);
        Assert.NotNull(await World.Rollup.GetBatchAsync(1, BlockTag.Latest, Bound));
    }

    private async Task<QuoteChallenge> ChallengeAsync(ulong batch, uint quote)
    {
        using QuoteChallenger challenger = Challenger();
        return await challenger.ChallengeAsync(batch, quote, Bound);
    }

    private QuoteChallenger Challenger() => new(World.Anvil.Endpoint, World.Deployment, s_challenger, s_sending);

    private Task<UInt128> BalanceAsync(Address account) => World.Client.GetBalanceAsync(account, BlockTag.Latest, Bound);

    private async Task<UInt128> StakeAsync()
    {
        byte[] id = new byte[32];
        ChainWorld.Sequencer.Address.ToArray().CopyTo(id, 12);
        object[] stake = await World.Client.CallAsync(
            World.Registry.Address, World.Registry.Artifact.Function("stakeOf"), [(byte)StakeKind.Poster, new Bytes32(id)], BlockTag.Latest, Bound);
        return (UInt128)((object[])stake[0])[3];
    }

    private static QuoteItem Decode(byte[] item) => QuoteItem.TryDecode(item, out QuoteItem? quote) ? quote : throw new InvalidDataException("no quote item");
}
