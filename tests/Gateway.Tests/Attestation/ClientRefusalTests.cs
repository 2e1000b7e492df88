using System.Text.Json;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Gateway.Attestation;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Gateway.Tests.Attestation;

/// <summary>
/// Whom a client refuses to seal its prompt to: slot 0's entry is changed in one respect, everything else is honest and all is correctly signed.
/// </summary>
public sealed class ClientRefusalTests : IDisposable
{
    private const int TdAttributes = 120;

    private readonly AttestationFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    public static TheoryData<string, QuoteStage> Impostors => new()
    {
        { "wrong measurement", QuoteStage.Measurements },
        { "debug TD", QuoteStage.Attributes },
        { "expired certificate", QuoteStage.PckChain },
        { "expired collateral", QuoteStage.RootCrl },
        { "collateral of the future", QuoteStage.RootCrl },
        { "quote for another nonce", QuoteStage.ReportData },
        { "PoEA quote", QuoteStage.ReportData },
        { "registration quote", QuoteStage.ReportData },
        { "TLS quote", QuoteStage.ReportData },
        { "legacy quote", QuoteStage.ReportData },
        { "stolen signing key", QuoteStage.ReportData },
        { "stolen encryption key", QuoteStage.ReportData },
    };

    [Theory]
    [MemberData(nameof(Impostors))]
    public async Task FirstFaultAsync_ImpostorInSlotZero_NamesStageAndCause(string what, QuoteStage stage)
    {
        string start = $"slot {_fixture.Slots[0].SlotId} is not attested: {stage}: ";

        string? fault = await FaultAsync((entry, nonce) => Forge(what, entry, nonce));

        Assert.StartsWith(start, fault, StringComparison.Ordinal);
        Assert.True(fault!.Length > start.Length);
        Assert.Null(await FaultAsync((entry, _) => entry));
    }

    // A thief with a machine of the right image and the operator's name, but a key of its own: genuine quote, and not the registered key.
    [Fact]
    public async Task FirstFaultAsync_GenuineMachineWithItsOwnKey_IsNotThePipeline()
    {
        Address own = new(Keccak256.Hash("thief"u8).ToArray().AsSpan(12));

        string? fault = await FaultAsync((entry, nonce) => entry with { SigningKey = own, Quote = Quote(nonce, own, _fixture.EncryptionKeys[0]) });

        Assert.Contains("not those of the pipeline", fault, StringComparison.Ordinal);
        Assert.Contains(own.ToString(), fault, StringComparison.Ordinal);
    }

    private AttestationEntryDetails Forge(string what, AttestationEntryDetails entry, Bytes32 nonce)
    {
        (Slot slot, Address signing, Bytes32 encryption, RollupDomain domain) = (_fixture.Slots[0], _fixture.SigningKeys[0], _fixture.EncryptionKeys[0], AttestationFixture.Domain);
        byte[] honest = _fixture.ReportDataOf(0, nonce);
        return what switch
        {
            "wrong measurement" => entry with { Quote = QuoteOf(honest, SimulatedMeasurements.Of("another image", "compose")) },
            "debug TD" => entry with { Quote = QuoteOf(honest, shape: new SimulatedQuoteShape { EditReport = report => report.Span[TdAttributes] |= 1 }) },
            "expired certificate" => entry with { Quote = QuoteOf(honest, certificate: Expired()) },
            "expired collateral" => entry with { Collateral = Container(_fixture.Now.AddDays(-31)) },
            "collateral of the future" => entry with { Collateral = Container(_fixture.Now.AddDays(1)) },
            "quote for another nonce" => entry with { Quote = QuoteOf(_fixture.ReportDataOf(0, Bytes32.Zero)) },
            "PoEA quote" => entry with { Quote = QuoteOf(ReportData.ForEpoch(domain, slot.ModelId, slot.SlotId, slot.Operator, 100, nonce, signing, encryption)) },
            "registration quote" => entry with { Quote = QuoteOf(ReportData.ForRegistration(domain, slot.SlotId, slot.Operator, nonce, signing, encryption)) },
            "TLS quote" => entry with { Quote = QuoteOf(ReportData.ForTls(domain, slot.ModelId, slot.SlotId, slot.Operator, nonce, 1, 2, signing, encryption)) },
            "legacy quote" => entry with { Quote = QuoteOf(ReportData.ForLegacyAttestation(signing, nonce)) },
            // The thief's own enclave signs for its own key; the entry names the victim's.
            "stolen signing key" => entry with { Quote = Quote(nonce, Address.Zero, encryption) },
            "stolen encryption key" => entry with { Quote = Quote(nonce, signing, Bytes32.Zero) },
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, "No such impostor."),
        };
    }

    /// <summary>A correctly signed quote of another machine below the same root.</summary>
    private byte[] QuoteOf(
        byte[] reportData, SimulatedMeasurements? measurements = null, SimulatedPckShape? certificate = null, SimulatedQuoteShape? shape = null)
    {
        using SimulatedQuoteSource machine = new(_fixture.Pki, measurements ?? AttestationFixture.Measurements, certificate ?? new SimulatedPckShape());
        return machine.Make(reportData, shape ?? SimulatedQuoteShape.Ordinary);
    }

    private byte[] Quote(Bytes32 nonce, Address signing, Bytes32 encryption) => QuoteOf(ReportData.ForAttestation(
        AttestationFixture.Domain, AttestationFixture.ModelId, _fixture.Slots[0].SlotId, _fixture.Slots[0].Operator, nonce, signing, encryption));

    private SimulatedPckShape Expired() => new() { NotBefore = _fixture.Now.AddDays(-2), NotAfter = _fixture.Now.AddDays(-1) };

    private JsonElement Container(DateTimeOffset issuedAt) => JsonSerializer.Deserialize<JsonElement>(_fixture.Pki.Collateral(new SimulatedCollateralShape { IssuedAt = issuedAt }).Write());

    private Task<string?> FaultAsync(Func<AttestationEntryDetails, Bytes32, AttestationEntryDetails> change)
    {
        Relay relay = new(async nonce =>
        {
            AttestationReport report = await _fixture.ReportAsync(nonce);
            AttestationEntry entry = report.Entries[0];
            return report with { Entries = report.Entries.SetItem(0, entry with { Details = change(entry.Details, nonce) }) };
        });
        QuotePolicy policy = new() { AllowSimulated = true, AllowedMeasurements = AttestationFixture.Measurements.ToAllowList() };
        AttestedKeyVerification verification = new(relay, new AttestationTrust(_fixture.Root, policy, Domain: AttestationFixture.Domain), TimeProvider.System);
        return verification.FirstFaultAsync(Relay.Node, _fixture.Model, CancellationToken.None);
    }
}
