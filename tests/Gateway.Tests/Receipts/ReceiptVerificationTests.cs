using System.Collections.Immutable;
using System.Text.Json;
using TeeTee.Attestation.Encryption;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Receipts;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Tests.Receipts;

public sealed class ReceiptVerificationTests
{
    private static readonly Dictionary<string, (Func<ReceiptDocument, ReceiptDocument> Change, string Check)> s_forgeries = new()
    {
        ["other id"] = (r => r with { Id = Bytes32.Zero }, "job_id"),
        ["other request"] = (r => r with { Request = r.Request with { MaxFee = 9_999 } }, "request_signature"),
        ["other token"] = (r => r with { Tokens = r.Tokens!.Value.SetItem(3, 9) }, "tokens"),
        ["other prompt"] = (r => r with { Tokens = r.Tokens!.Value.SetItem(0, 9) }, "tokens"),
        ["cut tokens"] = (r => r with { Tokens = r.Tokens!.Value[..2] }, "tokens"),
        ["answer signed by a shard"] = (r => r with { AnswerSignature = r.Shards[0].Signature }, "answer_receipt"),
        ["answer over another fee"] = (r => r with { Answer = r.Answer! with { Fee = 1 } }, "answer_receipt"),
        ["shard signed by the other"] = (r => r with { Shards = [r.Shards[0] with { Signature = r.Shards[1].Signature }, r.Shards[1]] }, "shard_signature"),
        ["shard about another trace"] = (r => r with { Shards = [r.Shards[0] with { Receipt = r.Shards[0].Receipt with { TraceRoot = Bytes32.Zero } }, r.Shards[1]] }, "shard_signature"),
        ["shard with other positions"] = (r => r with { Shards = [r.Shards[0] with { Receipt = r.Shards[0].Receipt with { Positions = 3 } }, r.Shards[1]] }, "shard_receipts"),
        ["execution proof of another"] = (r => r with { Shards = [r.Shards[0] with { ExecutionIndex = (r.Shards[0].ExecutionIndex + 1) % 3 }, r.Shards[1]] }, "execution_proof"),
        ["quote of the other shard"] = (r => r with { Quotes = [r.Quotes[0] with { Quote = r.Quotes[1].Quote }, r.Quotes[1]] }, "quote"),
        ["quote record changed"] = (r => r with { Quotes = [r.Quotes[0] with { Record = r.Quotes[0].Record with { EncryptionKey = Bytes32.Zero } }, r.Quotes[1]] }, "quote"),
        ["shards swapped"] = (r => r with { Shards = [r.Shards[1], r.Shards[0]] }, "pipeline"),
        ["other finish"] = (r => r with { QueryReceipt = r.QueryReceipt! with { Finish = FinishReason.Length } }, "query_receipt"),
        ["other leaf"] = (r => r with { QueryReceipt = r.QueryReceipt! with { StateRootAfter = Bytes32.Zero } }, "merkle_path"),
        ["other count"] = (r => r with { Batch = r.Batch! with { Count = 2, Leaf = 1 } }, "merkle_path"),
        ["other header"] = (r => r with { Batch = r.Batch! with { Header = r.Batch.Header with { DataRoot = Bytes32.Zero } } }, "batch_hash"),
        ["other batch hash"] = (r => r with { Batch = r.Batch! with { Hash = Bytes32.Zero } }, "batch_on_chain"),
        ["other account"] = (r => r with { Account = r.Account! with { Owner = r.Request.Sequencer } }, "account"),
        ["damaged account"] = (r => r with { Account = r.Account! with { LeafData = "0x12" } }, "account"),
        ["proof that is none"] = (r => r with { Account = r.Account! with { Proof = new ReceiptAccountProof(Keccak256.Hash([1]), []) } }, "account"),
    };

    public static TheoryData<string> Forgeries => [.. s_forgeries.Keys];

    [Fact]
    public async Task Check_HonestReceiptThroughJson_PassesEverything()
    {
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync();
        string json = JsonSerializer.Serialize(fixture.Receipt, JobApiJson.Options);

        IReadOnlyList<ReceiptCheck> checks = fixture.Check(JsonSerializer.Deserialize<ReceiptDocument>(json, JobApiJson.Options)!, fixture.Chain);

        Assert.All(checks, check => Assert.True(check.Outcome == CheckOutcome.Pass, check.ToString()));
        Assert.Equal(
            ["account", "answer_receipt", "batch_hash", "batch_on_chain", "execution_proof", "job_id", "merkle_path", "pipeline", "query_receipt", "quote",
                "registered_keys", "request_signature", "shard_receipts", "shard_signature", "status", "tokens"],
            checks.Select(check => check.Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Check_WithoutCollateral_LeavesQuotesUnjudged()
    {
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync();

        IReadOnlyList<ReceiptCheck> checks = fixture.Check(fixture.Receipt, fixture.Chain, collateral: null);

        ReceiptCheck[] quotes = [.. checks.Where(check => check.Name == "quote")];
        Assert.Equal(2, quotes.Length);
        Assert.All(quotes, check => Assert.Equal(CheckOutcome.Missing, check.Outcome));
        Assert.All(checks.Except(quotes), check => Assert.True(check.Outcome == CheckOutcome.Pass, check.ToString()));
    }

    [Fact]
    public async Task Check_ForgedQuoteOfAPlatformThatIsNotHeld_FailsRatherThanMissing()
    {
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync();
        using ReceiptFixture forger = await ReceiptFixture.CreateAsync();
        ReceiptDocument forged = fixture.Receipt with { Quotes = fixture.Receipt.Quotes.SetItem(0, fixture.Receipt.Quotes[0] with { Quote = forger.Receipt.Quotes[0].Quote }) };

        IReadOnlyList<ReceiptCheck> checks = fixture.Check(forged, fixture.Chain, new TeeTee.Gateway.Attestation.RelayedCollateral([]));

        Assert.Equal([CheckOutcome.Fail, CheckOutcome.Missing], checks.Where(check => check.Name == "quote").Select(check => check.Outcome));
    }

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task Check_ForgedPart_FailsItsCheck(string forgery)
    {
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync();
        (Func<ReceiptDocument, ReceiptDocument> change, string name) = s_forgeries[forgery];

        IReadOnlyList<ReceiptCheck> checks = fixture.Check(change(fixture.Receipt), fixture.Chain);

        Assert.Contains(checks, check => check.Name == name && check.Outcome == CheckOutcome.Fail);
    }

    [Fact]
    public async Task Check_WithoutChain_SkipsByNameAndPassesTheRest()
    {
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync();

        IReadOnlyList<ReceiptCheck> checks = fixture.Check(fixture.Receipt, chain: null);

        Assert.Equal(["registered_keys", "pipeline", "batch_on_chain", "status"], checks.Where(c => c.Outcome == CheckOutcome.Skip).Select(c => c.Name));
        Assert.DoesNotContain(checks, c => c.Outcome is CheckOutcome.Fail or CheckOutcome.Missing);
    }

    [Fact]
    public async Task Check_NotYetPosted_NamesWhatIsMissing()
    {
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync();
        ReceiptDocument early = fixture.Receipt with { Status = "answered", Quotes = [], QueryReceipt = null, Batch = null, Account = null };

        IReadOnlyList<ReceiptCheck> checks = fixture.Check(early, fixture.Chain with { Batch = null, Status = BatchStatus.None });

        Assert.DoesNotContain(checks, c => c.Outcome == CheckOutcome.Fail);
        Assert.Subset(checks.Where(c => c.Outcome == CheckOutcome.Missing).Select(c => c.Name).ToHashSet(), new HashSet<string> { "quote", "merkle_path", "account" });
    }

    [Fact]
    public async Task Check_SealedReceiptThroughJson_PassesWithItsDataKeyAndSaysSoWithout()
    {
        using DataKey key = DataKey.Generate();
        using DataKey other = DataKey.Generate();
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync(key);
        string json = JsonSerializer.Serialize(fixture.Receipt, JobApiJson.Options);
        ReceiptDocument receipt = JsonSerializer.Deserialize<ReceiptDocument>(json, JobApiJson.Options)!;

        Assert.All(fixture.Check(receipt, fixture.Chain, key), check => Assert.True(check.Outcome == CheckOutcome.Pass, check.ToString()));
        Assert.Equal("tokens", Assert.Single(fixture.Check(receipt, fixture.Chain), check => check.Outcome != CheckOutcome.Pass).Name);
        Assert.Contains(fixture.Check(receipt, fixture.Chain), check => check is { Name: "tokens", Outcome: CheckOutcome.Missing });
        Assert.Contains(fixture.Check(receipt, fixture.Chain, other), check => check is { Name: "tokens", Outcome: CheckOutcome.Fail });
        Assert.DoesNotContain("\"tokens\":[", json, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_SealedReceiptForged_FailsItsTokens()
    {
        using DataKey key = DataKey.Generate();
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync(key);
        byte[] good = fixture.Receipt.Sealed!;
        byte[][] forgeries = [[], good[..^4], [.. good[..^1], (byte)(good[^1] ^ 1)], [.. good[..40], (byte)(good[40] ^ 1), .. good[41..]]];

        foreach (byte[] wrong in forgeries)
        {
            Assert.Contains(fixture.Check(fixture.Receipt with { Sealed = wrong }, fixture.Chain, key), check => check is { Name: "tokens", Outcome: CheckOutcome.Fail });
        }
        Assert.Contains(fixture.Check(fixture.Receipt with { Sealed = null }, fixture.Chain, key), check => check is { Name: "tokens", Outcome: CheckOutcome.Fail });
    }

    [Fact]
    public async Task Check_SealedReceiptNotYetPosted_NamesWhatIsMissingAndFailsNothing()
    {
        using DataKey key = DataKey.Generate();
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync(key);
        ReceiptDocument early = fixture.Receipt with { Status = "answered", Quotes = [], QueryReceipt = null, Batch = null, Account = null };

        Assert.DoesNotContain(fixture.Check(early, fixture.Chain with { Batch = null, Status = BatchStatus.None }, key), c => c.Outcome == CheckOutcome.Fail);
        Assert.DoesNotContain(fixture.Check(early, fixture.Chain with { Batch = null, Status = BatchStatus.None }), c => c.Outcome == CheckOutcome.Fail);
    }

    [Fact]
    public async Task Check_ChainDisagrees_Fails()
    {
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync();
        ReceiptChainFacts rolledBack = fixture.Chain with { Status = BatchStatus.RolledBack };
        ReceiptChainFacts early = fixture.Chain with { Status = BatchStatus.Open };
        ReceiptChainFacts otherKeys = fixture.Chain with { Keys = ImmutableDictionary<uint, IReadOnlyList<SlotKey>>.Empty };

        Assert.Contains(fixture.Check(fixture.Receipt, rolledBack), c => c is { Name: "status", Outcome: CheckOutcome.Fail });
        Assert.Contains(fixture.Check(fixture.Receipt, early), c => c is { Name: "status", Outcome: CheckOutcome.Fail });
        Assert.Contains(fixture.Check(fixture.Receipt, otherKeys), c => c is { Name: "registered_keys", Outcome: CheckOutcome.Fail });
    }

    [Fact]
    public async Task Check_Quotes_SayStatusAndMeasurementsOfEach()
    {
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync();

        ReceiptCheck[] quotes = [.. fixture.Check(fixture.Receipt, fixture.Chain).Where(check => check.Name == "quote")];

        Assert.Equal([1u, 2u], quotes.Select(check => check.Quote!.Record.Slot));
        string mrTd = Convert.ToHexStringLower(SimulatedMeasurements.Of("image", "compose")[TdMeasurement.MrTd].Span);
        Assert.All(quotes, check =>
        {
            Assert.True(check.Verdict is { Accepted: true, Simulated: true, Status: TcbStatus.UpToDate });
            Assert.Equal(mrTd, QuoteMeasurements.Of(check.Verdict!.Report!).MrTd);
            Assert.Contains($"status UpToDate, mrTd {mrTd}", check.Detail, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Check_RefusedQuote_CarriesItsVerdict()
    {
        using ReceiptFixture fixture = await ReceiptFixture.CreateAsync();
        ReceiptDocument forged = fixture.Receipt with { Quotes = [fixture.Receipt.Quotes[0] with { Quote = fixture.Receipt.Quotes[1].Quote }, fixture.Receipt.Quotes[1]] };

        ReceiptCheck[] quotes = [.. fixture.Check(forged, fixture.Chain).Where(check => check.Name == "quote")];

        Assert.Equal([CheckOutcome.Fail, CheckOutcome.Pass], quotes.Select(check => check.Outcome));
        Assert.Equal(QuoteStage.ReportData, quotes[0].Verdict?.Error?.Stage);
    }
}
