using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Tests.Attestation;

public sealed class AttestationReportCheckTests : IDisposable
{
    private readonly AttestationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public async Task Check_HonestReportThroughJson_AttestsEverySlot()
    {
        string json = JsonSerializer.Serialize(await _fixture.ReportAsync(), JobApiJson.Options);
        AttestationReport report = JsonSerializer.Deserialize<AttestationReport>(json, JobApiJson.Options)!;

        AttestationReportResult result = AttestationReportCheck.Check(report, _fixture.Input);

        Assert.True(result.Accepted, $"{result.Fault} {string.Join("; ", result.Slots.Select(slot => $"{slot.StageName}: {slot.Cause}"))}");
        Assert.Equal(_fixture.Slots, result.Slots.Select(slot => slot.Claimed!));
        Assert.All(result.Slots, slot => Assert.True(slot is { Registered: true, Stage: null, Cause: null, Attested.Simulated: true }));
        AttestedSlot first = result.First!;
        Assert.Equal((4u, _fixture.SigningKeys[0], _fixture.EncryptionKeys[0]), (first.Slot, first.SigningKey, first.EncryptionKey));
        Assert.True(first.Expires > _fixture.Now);
    }

    [Fact]
    public async Task Check_OwnCollateralAndNoContracts_AttestsWithoutRegistration()
    {
        AttestationReport report = Change(await _fixture.ReportAsync(), 1, entry => entry with { Collateral = null });

        AttestationReportResult without = AttestationReportCheck.Check(report, _fixture.Input with { Facts = null });
        AttestationReportResult with = AttestationReportCheck.Check(report, _fixture.Input with { Facts = null, Collateral = new HeldCollateral(_fixture.Collateral) });

        Assert.False(without.Accepted);
        Assert.Equal([null, AttestationStage.Collateral, null], without.Slots.Select(slot => slot.Stage));
        Assert.True(with.Accepted);
        Assert.All(with.Slots, slot => Assert.Null(slot.Registered));
    }

    [Theory]
    [InlineData("all_attestations")]
    [InlineData("missing")]
    public async Task Check_NullInAListOfTheReport_IsAFaultOfTheReport(string list)
    {
        JsonNode json = JsonSerializer.SerializeToNode(await _fixture.ReportAsync(), JobApiJson.Options)!;
        (list == "missing" ? json["teetee"]![list] : json[list])!.AsArray().Add(null);

        AttestationReportResult result = AttestationReportCheck.Check(json.Deserialize<AttestationReport>(JobApiJson.Options)!, _fixture.Input);

        Assert.False(result.Accepted);
        Assert.Contains("null", result.Fault, StringComparison.Ordinal);
    }

    // What a sequencer could make up of one entry; the other two must not suffer by it.
    private static readonly Dictionary<string, (Func<AttestationEntryDetails, AttestationEntryDetails> Change, string Stage)> s_forgeries = new(StringComparer.Ordinal)
    {
        ["another nonce's answer"] = (e => e with { Nonce = Bytes32.Zero }, nameof(AttestationStage.Report)),
        ["another model"] = (e => e with { ModelId = Bytes32.Zero }, nameof(AttestationStage.Report)),
        ["damaged collateral"] = (e => e with { Collateral = JsonSerializer.SerializeToElement(new { tcb_info = "{}" }) }, nameof(AttestationStage.Collateral)),
        ["collateral of a wrong kind"] = (e => e with { Collateral = JsonSerializer.SerializeToElement(7) }, nameof(AttestationStage.Collateral)),
        ["own signing key"] = (e => e with { SigningKey = Address.Zero }, nameof(QuoteStage.ReportData)),
        ["own encryption key"] = (e => e with { EncryptionKey = Bytes32.Zero }, nameof(QuoteStage.ReportData)),
        ["other operator"] = (e => e with { Operator = Address.Zero }, nameof(QuoteStage.ReportData)),
        ["other slot"] = (e => e with { SlotId = 77 }, nameof(QuoteStage.ReportData)),
        ["other layers"] = (e => e with { LayerCount = e.LayerCount + 1 }, nameof(AttestationStage.Registration)),
        ["no quote"] = (e => e with { Quote = [] }, nameof(QuoteStage.Parse)),
        ["half a quote"] = (e => e with { Quote = e.Quote[..700] }, nameof(QuoteStage.Parse)),
        ["flipped measurement"] = (e => e with { Quote = Flip(e.Quote, 190) }, nameof(QuoteStage.QuoteSignature)),
    };

    public static TheoryData<string> Forgeries => [.. s_forgeries.Keys];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task Check_ForgedEntry_IsRefusedAtItsStage(string forgery)
    {
        (Func<AttestationEntryDetails, AttestationEntryDetails> change, string stage) = s_forgeries[forgery];

        AttestationReportResult result = AttestationReportCheck.Check(Change(await _fixture.ReportAsync(), 1, change), _fixture.Input);

        Assert.False(result.Accepted);
        Assert.Equal([null, stage, null], result.Slots.Select(slot => slot.StageName));
        Assert.NotEmpty(result.Slots[1].Cause!);
        Assert.Null(result.Slots[1].Attested);
        Assert.NotNull(result.First);
    }

    // A quote that the enclave did make, for another purpose or another asker.
    public static TheoryData<string> Replays => ["epoch", "registration", "tls", "legacy", "old nonce", "another slot's"];

    [Theory]
    [MemberData(nameof(Replays))]
    public async Task Check_ReplayedQuote_IsRefused(string what)
    {
        Slot slot = _fixture.Slots[0];
        (Address signing, Bytes32 encryption) = (_fixture.SigningKeys[0], _fixture.EncryptionKeys[0]);
        byte[] data = what switch
        {
            "epoch" => ReportData.ForEpoch(AttestationFixture.Domain, slot.ModelId, slot.SlotId, slot.Operator, 100, AttestationFixture.Nonce, signing, encryption),
            "registration" => ReportData.ForRegistration(AttestationFixture.Domain, slot.SlotId, slot.Operator, AttestationFixture.Nonce, signing, encryption),
            "tls" => ReportData.ForTls(AttestationFixture.Domain, slot.ModelId, slot.SlotId, slot.Operator, AttestationFixture.Nonce, 1, 2, signing, encryption),
            "legacy" => ReportData.ForLegacyAttestation(signing, AttestationFixture.Nonce),
            "old nonce" => _fixture.ReportDataOf(0, Bytes32.Zero),
            _ => _fixture.ReportDataOf(1, AttestationFixture.Nonce),
        };
        byte[] quote = await _fixture.QuoteAsync(data);

        AttestationReportResult result = AttestationReportCheck.Check(Change(await _fixture.ReportAsync(), 0, e => e with { Quote = quote }), _fixture.Input);

        Assert.Equal(nameof(QuoteStage.ReportData), result.Slots[0].StageName);
        Assert.Null(result.First);
    }

    [Fact]
    public async Task Check_OtherChainRootOrPolicy_RefusesEverySlot()
    {
        AttestationReport report = await _fixture.ReportAsync();
        using SimulatedPki other = SimulatedPki.Create(TimeProvider.System);
        QuotePolicy another = new() { AllowSimulated = true, AllowedMeasurements = SimulatedMeasurements.Of("another image", "compose").ToAllowList() };
        QuotePolicy same = new() { AllowSimulated = true, AllowedMeasurements = AttestationFixture.Measurements.ToAllowList() };

        Assert.All(Stages(report, _fixture.Input with { Domain = new RollupDomain(1, AttestationFixture.Domain.Rollup) }), stage => Assert.Equal("ReportData", stage));
        Assert.All(Stages(report, _fixture.Input with { Policy = another }), stage => Assert.Equal("Measurements", stage));
        Assert.All(Stages(report, _fixture.Input with { Policy = same }), Assert.Null);
        Assert.DoesNotContain(null, Stages(report, _fixture.Input with { Policy = new QuotePolicy() }));
        Assert.DoesNotContain(null, Stages(report, _fixture.Input with { Root = other.Root }));
        Assert.DoesNotContain(null, Stages(report, _fixture.Input with { Root = TrustedRoot.Intel, Policy = new QuotePolicy() }));
        Assert.DoesNotContain(null, Stages(report, _fixture.Input with { Now = _fixture.Now.AddYears(20) }));
    }

    [Fact]
    public async Task Check_ContractsDisagree_RefusesAtRegistration()
    {
        AttestationReport report = await _fixture.ReportAsync();
        AttestationCheckInput input = _fixture.Input;
        SlotKey key = input.Facts!.Keys[4][0];

        Assert.Equal(["Registration", null, null], Stages(report, Keyed(input, key with { SigningKey = Address.Zero })));
        Assert.Equal(["Registration", null, null], Stages(report, Keyed(input, key with { EncryptionKey = Bytes32.Zero })));
        Assert.Equal(["Registration", null, null], Stages(report, Keyed(input, key with { ValidUntil = 100 })));
        Assert.Equal([null, null, null], Stages(report, Keyed(input, key with { ValidUntil = 101 })));
        Assert.Equal(["Registration", null, null], Stages(report, input with { Facts = input.Facts with { Slots = input.Facts.Slots.Remove(4) } }));
        Assert.Equal([false, true, true], AttestationReportCheck.Check(report, Keyed(input, key with { ValidUntil = 100 })).Slots.Select(slot => slot.Registered));
    }

    [Fact]
    public async Task Check_IncompletePipeline_IsNamed()
    {
        AttestationReport report = await _fixture.ReportAsync();
        AttestationReport gap = report with
        {
            Entries = report.Entries.RemoveAt(1),
            Details = report.Details with { Complete = false, Missing = [new AttestationGap(9, "Unavailable: planted")] },
        };
        AttestationReport hidden = report with { Entries = report.Entries.RemoveAt(2) };
        AttestationReport twice = report with { Entries = report.Entries.Add(report.Entries[2]) };
        AttestationReport many = report with { Entries = [.. Enumerable.Repeat(report.Entries[0], 17)] };

        AttestationReportResult result = AttestationReportCheck.Check(gap, _fixture.Input);
        Assert.Equal((9u, AttestationStage.Report), (result.Slots[2].SlotId, result.Slots[2].Stage!.Value));
        Assert.Contains("planted", result.Slots[2].Cause, StringComparison.Ordinal);
        Assert.All(new[] { gap, hidden, twice, many, report with { Entries = [] }, report with { Entries = default } }, r =>
        {
            AttestationReportResult refused = AttestationReportCheck.Check(r, _fixture.Input);
            Assert.False(refused.Accepted);
            Assert.NotEmpty(refused.Fault!);
        });
        // Without the contracts nobody knows how many layers the model has; a gap in between is still seen.
        Assert.Null(AttestationReportCheck.Check(hidden, _fixture.Input with { Facts = null }).Fault);
        Assert.NotNull(AttestationReportCheck.Check(gap, _fixture.Input with { Facts = null }).Fault);
    }

    // Whatever a relay does to the bytes of a quote: it stays the enclave's statement, or it is refused.
    [Fact]
    public async Task Check_AnyByteOfTheQuoteChanged_NeverAttestsOtherKeys()
    {
        AttestationReport report = await _fixture.ReportAsync();
        byte[] quote = report.Entries[0].Details.Quote;
        Random random = new(5);
        for (int i = 0; i < 200; i++)
        {
            byte[] changed = Flip(quote, random.Next(quote.Length), (byte)random.Next(1, 256));
            AttestationReport with = Change(report, 0, e => e with { Quote = changed, EncryptionKey = Bytes32.Zero });
            Assert.Null(AttestationReportCheck.Check(with, _fixture.Input with { Facts = null }).First);
        }
    }

    private static IEnumerable<string?> Stages(AttestationReport report, AttestationCheckInput input) =>
        AttestationReportCheck.Check(report, input).Slots.Select(slot => slot.StageName);

    private static AttestationCheckInput Keyed(AttestationCheckInput input, SlotKey key) =>
        input with { Facts = input.Facts! with { Keys = input.Facts.Keys.SetItem(key.SlotId, [key]) } };

    private static AttestationReport Change(AttestationReport report, int index, Func<AttestationEntryDetails, AttestationEntryDetails> change) =>
        report with { Entries = report.Entries.SetItem(index, report.Entries[index] with { Details = change(report.Entries[index].Details) }) };

    private static byte[] Flip(byte[] quote, int at, byte with = 1)
    {
        byte[] changed = [.. quote];
        changed[at] ^= with;
        return changed;
    }
}
