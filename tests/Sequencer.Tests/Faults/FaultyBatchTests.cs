using System.Collections.Immutable;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Data;
using TeeTee.Sequencer.Faults;
using TeeTee.Sequencer.Posting;
using TeeTee.Sequencer.Tests.Batching;

namespace TeeTee.Sequencer.Tests.Faults;

/// <summary>Each fault really gets on the chain, the verifier's rules find it and nothing else, and switched off the sequencer is honest again.</summary>
public sealed class FaultyBatchTests : NodeTest
{
    private readonly FaultSwitch _faults = new();

    public static TheoryData<FaultKind, string> Faults => new()
    {
        { FaultKind.WrongFee, nameof(LeafFault.FeeMismatch) },
        { FaultKind.Overdraft, nameof(LeafFault.Overdraft) },
        { FaultKind.WrongStateRoot, nameof(LeafFault.StateRootMismatch) },
        { FaultKind.MissingLayer, nameof(LeafFault.LayersNotContiguous) },
        { FaultKind.JobTwice, nameof(LeafFault.NonceNotIncreasing) },
        { FaultKind.BadQuote, nameof(BatchFault.QuoteRejected) },
        { FaultKind.ForgedShardReceipt, nameof(LeafFault.ShardSignatureInvalid) },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task BuildAndPost_Fault_IsOnTheChainAndFoundByTheRules(FaultKind kind, string expected)
    {
        TestNode node = Open(options => options with { Faults = _faults });
        _faults.Active = new Fault(kind);

        IReadOnlyList<string> findings = await PostAndJudgeAsync(node, 1);

        Assert.NotEmpty(findings);
        Assert.All(findings, finding => Assert.Contains(expected, finding, StringComparison.Ordinal));
    }

    [Fact]
    public async Task BuildAndPost_NoFault_BreaksNoRule()
    {
        TestNode node = Open(options => options with { Faults = _faults });

        Assert.Empty(await PostAndJudgeAsync(node, 1));
    }

    [Fact]
    public async Task BuildAndPost_AnswerDiffers_PostsTheRightFeeOtherThanWhatIsSigned()
    {
        TestNode node = Open(options => options with { Faults = _faults });
        _faults.Active = new Fault(FaultKind.AnswerDiffers);

        Assert.Empty(await PostAndJudgeAsync(node, 1));

        BatchData data = Read(node, 1);
        UInt128 fee = data.Leaves[0].Receipt.Fee;
        Assert.NotEqual(FinishReason.Void, data.Leaves[0].Receipt.Finish);
        Assert.Equal(fee - 1, SequencerFaults.PromisedFee(_faults, fee));
    }

    [Fact]
    public async Task BuildAndPost_SwitchedOff_GoesOnHonestly()
    {
        TestNode node = Open(options => options with { Faults = _faults });
        _faults.Active = new Fault(FaultKind.WrongFee);
        Assert.NotEmpty(await PostAndJudgeAsync(node, 1));
        _faults.Active = null;

        Assert.Empty(await PostAndJudgeAsync(node, 2));
    }

    [Theory]
    [InlineData(FaultKind.WithholdData)]
    [InlineData(FaultKind.LateData)]
    public async Task Serve_WithheldData_IsNotFoundUntilSwitchedOff(FaultKind kind)
    {
        TestNode node = Open(options => options with { Faults = _faults });
        await PostAndJudgeAsync(node, 1);
        BatchReader reader = node.Get<BatchReader>();
        Bytes32 chunk = node.Batches.Manifest(1).Chunks[0].Hash;
        _faults.Active = new Fault(kind);

        Assert.Null(reader.Find(1));
        Assert.Null(reader.Chunk(chunk));
        _faults.Active = null;
        Assert.NotNull(reader.Chunk(chunk));
    }

    // What the rules say of the posted batch, as its data is stored.
    private async Task<IReadOnlyList<string>> PostAndJudgeAsync(TestNode node, ulong index)
    {
        // Hosts have deposited nothing.
        PrivateKey user = _faults.Is(FaultKind.Overdraft) ? ChainWorld.Hosts[0] : ChainWorld.Users[0];
        AnsweredJob answered = await CollectAsync(node, await node.AnswerAsync(user, index, Bound));
        Assert.True(await node.BuildAsync(Bound));
        AccountTree parent = node.Get<StateStore>().After(index - 1);
        await node.PostAllAsync(Bound);
        Assert.Equal(LocalStatus.Posted, node.Batches.Find(index)!.Status);
        PostedBatch? posted = await World.Rollup.GetBatchAsync(index, BlockTag.Latest, Bound);
        Assert.Equal(node.Batches.Find(index)!.Hash, posted?.BatchHash);

        BatchData data = Read(node, index);
        ulong now = posted!.PostedAt;
        QuoteJudge judge = node.Get<QuoteJudge>();
        BatchContext context = new()
        {
            Domain = World.Domain,
            Sequencer = ChainWorld.Sequencer.Address,
            PostedAt = now,
            Parent = parent,
            SequencerShareBps = ChainWorld.Parameters.SequencerShareBps,
            SessionGraceSeconds = ChainWorld.Parameters.WithdrawalMargin,
            View = await node.Get<Sequencer.Batching.SnapshotReader>().ReadAsync([answered], now + ChainWorld.Parameters.WithdrawalMargin, Bound),
            Recovery = Secp256k1Recovery.Instance,
            Quotes = [.. data.Quotes.Select(quote => judge.FindQuoteFault(quote, QuoteJudge.Simulated, DateTimeOffset.UtcNow, out _) is { } cause
                ? new QuoteVerdict(false, cause)
                : QuoteVerdict.Accepted)],
        };
        return [.. BatchRules.Check(node.Batches.Find(index)!.Header, data, context).Findings.Select(finding => finding.ToString())];
    }

    private async Task<AnsweredJob> CollectAsync(TestNode node, Bytes32 job)
    {
        await node.CollectAsync(Bound);
        return node.Get<CandidateStore>().Load(job)!;
    }

    private static BatchData Read(TestNode node, ulong index)
    {
        ImmutableArray<DataChunk> chunks = [.. node.Batches.Manifest(index).Chunks.Select(record => new DataChunk(record, node.Batches.Chunk(record.Hash)!))];
        BatchReading reading = BatchDataReader.Read(node.Batches.Find(index)!.Header, chunks);
        Assert.True(reading.Data is not null, string.Join("; ", reading.Findings));
        return reading.Data;
    }
}
