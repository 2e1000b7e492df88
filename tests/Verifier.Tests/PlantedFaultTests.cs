using System.Text.Json;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;
using TeeTee.Verifier.Judging;
using TeeTee.Verifier.Tests.Support;

namespace TeeTee.Verifier.Tests;

/// <summary>Every kind of fault, planted in a batch that is otherwise honest and posted on a real chain.</summary>
[Collection(DevnetCollection.Name)]
public sealed class PlantedFaultTests(Devnet net) : IAsyncLifetime
{
    private static readonly Dictionary<string, PlantedFault> s_broken = new()
    {
        ["token byte"] = Leaf(l => l with { Tokens = Flip(l.Tokens, 8) }, "Leaf 1: TokensRootMismatch"),
        ["leaf list byte"] = Leaf(l => l with { LeafLists = l.LeafLists.SetItem(1, Flip(l.LeafLists[1], 70)) }, "Leaf 1: TraceRootMismatch (part 1)"),
        ["shard signature byte"] = Leaf(
            l =>
            {
                ShardEntry entry = l.Shards[0] with { Receipt = Forge(l.Shards[0].Receipt) };
                return l with { Shards = l.Shards.SetItem(0, entry), Receipt = l.Receipt with { ShardReceiptHashes = l.Receipt.ShardReceiptHashes.SetItem(0, entry.Receipt.Hash()) } };
            },
            "Leaf 1: ShardSignatureInvalid (part 0)"),
        ["request signature byte"] = Leaf(
            l => l with { Request = Forge(l.Request), Receipt = l.Receipt with { RequestHash = Forge(l.Request).Hash() } }, "Leaf 1: RequestSignerInvalid"),
        ["receipt field"] = Leaf(l => l with { Receipt = l.Receipt with { PromptTokens = l.Receipt.PromptTokens + 1 } }, "Leaf 1: PromptTokensMismatch"),
        ["receipt hash"] = Leaf(l => l with { Receipt = l.Receipt with { RequestHash = Keccak256.Hash([1]) } }, "Leaf 1: RequestHashMismatch"),
        ["fee"] = Leaf(l => l with { Receipt = l.Receipt with { Fee = l.Receipt.Fee ^ 1 } }, "Leaf 1: FeeMismatch"),
        ["state root of a leaf"] = Leaf(l => l with { Receipt = l.Receipt with { StateRootAfter = Keccak256.Hash([2]) } }, "Leaf 1: StateRootMismatch"),
        ["state root of the header"] = new() { Header = h => h with { StateRoot = Keccak256.Hash([3]) }, Names = "StateRootMismatch" },
        ["receipts root"] = new() { Header = h => h with { ReceiptsRoot = Keccak256.Hash([3]) }, Names = "ReceiptsRootMismatch" },
        ["quotes root"] = new() { Header = h => h with { QuotesRoot = Keccak256.Hash([3]) }, Names = "QuotesRootMismatch" },
        ["count"] = new() { Header = h => h with { Count = h.Count + 1 }, Names = "ItemMissing" },
        ["quote signature byte"] = Quote((_, q) => Rehashed(q, Flip(q.Quote, 700)), "QuoteRejected"),
        ["quote body byte"] = Quote((_, q) => Rehashed(q, Flip(q.Quote, 200)), "QuoteRejected"),
        ["quote byte and old hash"] = Quote((_, q) => q with { Quote = Flip(q.Quote, 200) }, "QuoteHashMismatch"),
        ["quote of a stranger's machine"] = Quote(
            (net, q) => Rehashed(q, net.StrangersQuote(q.Record)), "QuoteRejected"),
        ["report data of another epoch"] = Quote(
            (net, q) => Rehashed(q, net.QuoteFor(q.Record with { Epoch = q.Record.Epoch + 1 })), "ReportData"),
        ["execution root without the receipts"] = Quote(
            (net, q) =>
            {
                QuoteRecord record = q.Record with { ExecutionRoot = Keccak256.Hash([4]) };
                return Rehashed(q with { Record = record }, net.QuoteFor(record));
            },
            "ExecutionProofInvalid"),
        ["missing item"] = Leaf(l => l with { LeafLists = l.LeafLists.RemoveAt(1) }, "ItemMissing"),
    };

    private static readonly Dictionary<string, (PlantedFault Fault, ReexecutionFault Kind, uint? Position, int? Part)> s_lies = new()
    {
        ["leaf of the second slot"] = (Lie((_, lists) => lists[1][3] = Keccak256.Hash([7])), ReexecutionFault.LeafDiffers, 3, 1),
        ["leaf of the first slot"] = (Lie((_, lists) => (lists[0][6], lists[1][8]) = (Keccak256.Hash([7]), Keccak256.Hash([8]))), ReexecutionFault.LeafDiffers, 6, 0),
        ["last token"] = (Lie((tokens, _) => tokens[^1] = tokens[^1] == 50 ? 51u : 50u), ReexecutionFault.TokenDiffers, null, 1),
        ["wrong model"] = (new PlantedFault { Plans = net => [new JobPlan(1), new JobPlan(2) { Runs = net.OtherModel }], Names = "differs from position 0" },
            ReexecutionFault.LeafDiffers, 0, 0),
        ["no finite answer"] = (new PlantedFault { Plans = net => [new JobPlan(1), new JobPlan(2) { Asks = net.Overflowing, Invented = [9, 8, 7, 6, 5, 4] }], Names = "finite" },
            ReexecutionFault.NotFinite, null, null),
    };

    private string _snapshot = "";

    public static TheoryData<string> BrokenRules => [.. s_broken.Keys];

    public static TheoryData<string> Lies => [.. s_lies.Keys];

    public async Task InitializeAsync() => _snapshot = await net.SnapshotAsync();

    public async Task DisposeAsync()
    {
        net.Data.Intercept = (_, _, _) => Task.FromResult(false);
        await net.RevertAsync(_snapshot);
    }

    [Theory]
    [MemberData(nameof(BrokenRules))]
    public async Task VerifyAsync_BrokenRule_IsInvalidAndNamesIt(string fault)
    {
        BatchVerdict verdict = await VerifyAsync(s_broken[fault]);

        Assert.True((verdict.Verdict, verdict.Cause) == (Verdict.Invalid, VerdictCause.RuleBroken), $"{verdict.Cause}: {verdict.Detail}");
        string all = verdict.Detail + string.Join(' ', verdict.Evidence.Findings);
        Assert.Contains(s_broken[fault].Names.Replace("Leaf 1: ", ""), all.Replace("LeafFault.", ""), StringComparison.Ordinal);
        if (s_broken[fault].Names.StartsWith("Leaf 1", StringComparison.Ordinal))
            Assert.All(verdict.Evidence.Findings, f => Assert.True(f.Leaf is 1 or null, $"{f}"));
        Assert.Equal(2, verdict.Reproductions);
    }

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task VerifyAsync_SignedLie_IsInvalidAndNamesSlotAndPosition(string lie)
    {
        (PlantedFault fault, ReexecutionFault kind, uint? position, int? part) = s_lies[lie];

        BatchVerdict verdict = await VerifyAsync(fault);

        Assert.True((verdict.Verdict, verdict.Cause) == (Verdict.Invalid, VerdictCause.TraceDiffers), $"{verdict.Cause}: {verdict.Detail}");
        Assert.Contains(fault.Names, verdict.Detail, StringComparison.Ordinal);
        ReexecutionFinding finding = verdict.Reexecution[0];
        Assert.Equal((1u, kind, part), (finding.Leaf, finding.Fault, finding.Part));
        Assert.Equal(position ?? finding.Position, finding.Position);
        Assert.Equal(part is { } p ? net.Slots[net.Model.Id][p].Slot.SlotId : null, finding.Slot);
        Assert.Equal(2, verdict.Reproductions);
        Assert.Equal(verdict, BatchVerdict.Parse(verdict.ToJson()));
        Assert.All(verdict.Evidence.Differences, d => Assert.Equal(2, d.Reproductions));
    }

    [Fact]
    public async Task VerifyAsync_DroppedChunk_IsUnavailableAndNamesIt()
    {
        Batch batch = await new BatchMaker(net).MakeAsync(new JobPlan(1), new JobPlan(2));
        (ulong index, Bytes32 hash) = await net.PostAsync(batch.Header, batch.Chunks);
        DataChunk chunk = batch.Chunks.Single(c => c.Record.Item is { Leaf: 1, Kind: DataKind.LeafList, Part: 1 });
        net.Data.Drop(chunk.Record.Hash);
        using BatchVerification verification = await BatchVerification.OpenAsync(net.Options(), TimeProvider.System, net.Bound);

        BatchVerdict dropped = await verification.VerifyAsync(index, net.Bound);
        net.Data.Publish(index, hash, batch.Chunks);
        BatchVerdict late = await verification.VerifyAsync(index, net.Bound);
        net.Data.DropBatch(hash);
        BatchVerdict withoutManifest = await verification.VerifyAsync(index, net.Bound);

        Assert.Equal((Verdict.Unavailable, VerdictCause.ChunksMissing), (dropped.Verdict, dropped.Cause));
        Assert.Equal(chunk.Record, Assert.Single(dropped.Evidence.Missing));
        Assert.Contains("leaf 1, kind LeafList, part 1, number 0", dropped.Detail, StringComparison.Ordinal);
        Assert.Equal(dropped, BatchVerdict.Parse(dropped.ToJson()));
        Assert.True(late.Verdict == Verdict.Valid, late.Detail);
        Assert.Equal((Verdict.Unavailable, VerdictCause.ManifestMissing), (withoutManifest.Verdict, withoutManifest.Cause));
    }

    [Fact]
    public async Task VerifyAsync_ChangedChunkByte_IsUnavailableUntilAMirrorHasIt()
    {
        Batch batch = await new BatchMaker(net).MakeAsync(new JobPlan(1));
        (ulong index, Bytes32 hash) = await net.PostAsync(batch.Header, batch.Chunks);
        await using DataServer mirror = await DataServer.StartAsync();
        mirror.Publish(index, hash, batch.Chunks);
        Bytes32 chunk = batch.Chunks[3].Record.Hash;
        net.Data.Change(chunk, bytes => Flip(bytes, bytes.Length / 2).ToArray());
        using BatchVerification alone = await BatchVerification.OpenAsync(net.Options(), TimeProvider.System, net.Bound);
        using BatchVerification both = await BatchVerification.OpenAsync(
            net.Options() with { DataUrls = [net.Data.Address, mirror.Address] }, TimeProvider.System, net.Bound);

        BatchVerdict changed = await alone.VerifyAsync(index, net.Bound);
        BatchVerdict mirrored = await both.VerifyAsync(index, net.Bound);

        Assert.Equal((Verdict.Unavailable, VerdictCause.ChunksMissing), (changed.Verdict, changed.Cause));
        Assert.Equal(chunk, Assert.Single(changed.Evidence.Missing).Hash);
        Assert.True(mirrored.Verdict == Verdict.Valid, mirrored.Detail);
    }

    [Fact]
    public async Task VerifyAsync_FaultyDataServedOnlyOnce_IsStillInvalid()
    {
        (ulong index, BatchHeader header) = await PostAsync(s_broken["fee"]);
        using BatchVerification verification = await BatchVerification.OpenAsync(net.Options(), TimeProvider.System, net.Bound);
        int first = net.Data.Requests;
        net.Data.Intercept = (context, _, number) =>
        {
            // One manifest and one answer per chunk, then nothing more.
            bool late = number > first + 1 + header.ChunkCount;
            context.Response.StatusCode = late ? 503 : 200;
            return Task.FromResult(late);
        };

        BatchVerdict verdict = await verification.VerifyAsync(index, net.Bound);

        Assert.True(verdict.Verdict == Verdict.Invalid, verdict.Detail);
        Assert.Equal(2, verdict.Reproductions);
    }

    [Fact]
    public void SameFaultsAs_AnyDifference_IsNotTheSame()
    {
        ReexecutionFinding finding = new(1, ReexecutionFault.LeafDiffers, 0, 7, Address.Zero, 3, "a", "b");
        BatchFinding broken = new(BatchFault.LeafInvalid, 2, new LeafFinding(LeafFault.FeeMismatch, null, "1", "2"), "1", "2");
        VerdictDraft draft = new VerdictDraft(5) { Findings = [broken], Sample = new SampleOutcome([1], [], [1], [finding]) }
            .Invalid(VerdictCause.TraceDiffers, "x");

        Assert.True(draft.SameFaultsAs(draft with { Findings = [broken with { }], Detail = "y" }));
        Assert.False(draft.SameFaultsAs(draft with { Findings = [broken with { Leaf = 3 }] }));
        Assert.False(draft.SameFaultsAs(draft with { Sample = new SampleOutcome([1], [], [1], [finding with { Position = 4 }]) }));
        Assert.False(draft.SameFaultsAs(draft.Unavailable(VerdictCause.ChunksMissing, "x")));
        Assert.False(draft.SameFaultsAs(draft with { Cause = VerdictCause.RuleBroken }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task VerifyAsync_BrokenRuleAndAWrongComputation_NamesBoth(int brokenLeaf)
    {
        PlantedFault both = Lie((_, lists) => lists[1][3] = Keccak256.Hash([7])) with
        {
            Data = (_, data) => data with
            {
                Leaves = data.Leaves.SetItem(brokenLeaf, data.Leaves[brokenLeaf] with { Receipt = data.Leaves[brokenLeaf].Receipt with { Fee = data.Leaves[brokenLeaf].Receipt.Fee ^ 1 } }),
            },
        };

        BatchVerdict verdict = await VerifyAsync(both);

        Assert.Equal((Verdict.Invalid, VerdictCause.RuleBroken, 2), (verdict.Verdict, verdict.Cause, verdict.Reproductions));
        Assert.Contains(verdict.Evidence.Findings, f => f.LeafFinding?.Fault == LeafFault.FeeMismatch);
        Assert.Contains(verdict.Reexecution, f => (f.Leaf, f.Fault, f.Part, f.Position) == (1u, ReexecutionFault.LeafDiffers, 1, 3u));
    }

    [Fact]
    public async Task VerifyAsync_ModelNotHeld_IsUnavailableButItsFaultsAreFound()
    {
        VerifierOptions options = net.Options() with { ModelFiles = [net.OtherModel.Path] };
        using BatchVerification verification = await BatchVerification.OpenAsync(options, TimeProvider.System, net.Bound);
        (ulong index, _) = await PostAsync(new PlantedFault { Names = "" });

        BatchVerdict honest = await verification.VerifyAsync(index, net.Bound);
        await net.RevertAsync(_snapshot);
        _snapshot = await net.SnapshotAsync();
        (index, _) = await PostAsync(s_broken["fee"]);
        BatchVerdict faulty = await verification.VerifyAsync(index, net.Bound);

        Assert.Equal((Verdict.Unavailable, VerdictCause.ModelMissing), (honest.Verdict, honest.Cause));
        Assert.Contains($"{net.Model.Id}", honest.Detail, StringComparison.Ordinal);
        Assert.Equal(Verdict.Invalid, faulty.Verdict);
    }

    [Fact]
    public async Task VerifyAsync_ChildOfAnUnderivableParent_WaitsForIt()
    {
        (ulong parent, _) = await PostAsync(s_broken["state root of a leaf"]);
        Batch child = await new BatchMaker(net).MakeAsync(new JobPlan(9));
        (ulong index, _) = await net.PostAsync(child.Header, child.Chunks);
        using BatchVerification verification = await BatchVerification.OpenAsync(net.Options(), TimeProvider.System, net.Bound);

        BatchVerdict verdict = await verification.VerifyAsync(index, net.Bound);

        Assert.Equal((Verdict.Unavailable, VerdictCause.ParentUnavailable), (verdict.Verdict, verdict.Cause));
        Assert.Contains($"batch {parent}", verdict.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VerifyAsync_NoSuchBatch_IsUnavailable()
    {
        using BatchVerification verification = await BatchVerification.OpenAsync(net.Options(), TimeProvider.System, net.Bound);

        foreach (ulong index in (ulong[])[0, 77, ulong.MaxValue])
        {
            BatchVerdict verdict = await verification.VerifyAsync(index, net.Bound);
            Assert.Equal((Verdict.Unavailable, VerdictCause.NotStanding), (verdict.Verdict, verdict.Cause));
        }
    }

    [Fact]
    public void Parse_DamagedEvidence_Throws()
    {
        Assert.Throws<JsonException>(() => BatchVerdict.Parse("{}"u8));
        Assert.Throws<JsonException>(() => BatchVerdict.Parse("null"u8));
        Assert.Throws<JsonException>(() => BatchVerdict.Parse("{\"version\":1"u8));
    }

    private async Task<BatchVerdict> VerifyAsync(PlantedFault fault)
    {
        (ulong index, _) = await PostAsync(fault);
        using BatchVerification verification = await BatchVerification.OpenAsync(net.Options(), TimeProvider.System, net.Bound);
        return await verification.VerifyAsync(index, net.Bound);
    }

    private async Task<(ulong Index, BatchHeader Header)> PostAsync(PlantedFault fault)
    {
        Batch batch = await new BatchMaker(net).MakeAsync(fault.Plans(net));
        BatchData data = fault.Data(net, batch.Data);
        BatchHeader header = fault.Header(BatchMaker.HeaderOf(data));
        (ulong index, _) = await net.PostAsync(header, data.Chunks());
        return (index, header);
    }

    private static PlantedFault Leaf(Func<BatchLeaf, BatchLeaf> change, string names) =>
        new() { Data = (_, data) => data with { Leaves = data.Leaves.SetItem(1, change(data.Leaves[1])) }, Names = names };

    private static PlantedFault Quote(Func<Devnet, QuoteItem, QuoteItem> change, string names) =>
        new() { Data = (net, data) => data with { Quotes = data.Quotes.SetItem(1, change(net, data.Quotes[1])) }, Names = names };

    private static PlantedFault Lie(Action<uint[], Bytes32[][]> lie) => new() { Plans = _ => [new JobPlan(1), new JobPlan(2) { Lie = lie }], Names = "Leaf 1: slot" };

    private static QuoteItem Rehashed(QuoteItem item, ReadOnlyMemory<byte> quote) =>
        new(item.Record with { QuoteHash = Keccak256.Hash(quote.Span) }, quote);

    private static Signed<T> Forge<T>(Signed<T> signed)
        where T : class, ITypedMessage<T>
    {
        byte[] r = signed.Signature.R.ToArray();
        r[20] ^= 1;
        return signed with { Signature = new Signature(new Bytes32(r), signed.Signature.S, signed.Signature.V) };
    }

    private static ReadOnlyMemory<byte> Flip(ReadOnlyMemory<byte> bytes, int at)
    {
        byte[] copy = bytes.ToArray();
        copy[at] ^= 1;
        return copy;
    }
}
