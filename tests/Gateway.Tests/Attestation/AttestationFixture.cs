using System.Collections.Immutable;
using System.Text.Json;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Ethereum;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Contracts;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Tests.Attestation;

/// <summary>A pipeline of three slots with real simulated quotes, the report that an honest sequencer gives of it, and what the contracts say.</summary>
internal sealed class AttestationFixture : IDisposable
{
    public const uint Layers = 6;

    private readonly SimulatedPki _pki = SimulatedPki.Create(TimeProvider.System);
    private readonly SimulatedQuoteSource _source;

    public AttestationFixture()
    {
        _source = new SimulatedQuoteSource(_pki, Measurements);
        Collateral = _pki.Collateral(Now);
        Slots = [new Slot(4, NewAddress(1), ModelId, 0, 2), new Slot(9, NewAddress(2), ModelId, 2, 1), new Slot(5, NewAddress(3), ModelId, 3, 3)];
        SigningKeys = [.. Slots.Select(slot => NewAddress((byte)(100 + slot.SlotId)))];
        EncryptionKeys = [.. Slots.Select(slot => Keccak256.Hash([(byte)slot.SlotId]))];
    }

    public static SimulatedMeasurements Measurements { get; } = SimulatedMeasurements.Of("image", "compose");

    public static Bytes32 ModelId { get; } = Keccak256.Hash("model"u8);

    public static Bytes32 Nonce { get; } = Keccak256.Hash("a fresh nonce"u8);

    public static RollupDomain Domain { get; } = new(84532, NewAddress(9));

    public DateTimeOffset Now { get; } = DateTimeOffset.UtcNow;

    public TrustedRoot Root => _pki.Root;

    public QuoteCollateral Collateral { get; }

    public ImmutableArray<Slot> Slots { get; }

    public ImmutableArray<Address> SigningKeys { get; }

    public ImmutableArray<Bytes32> EncryptionKeys { get; }

    public NodeFacts Facts => new(
        true, 100,
        ImmutableDictionary<Bytes32, ListedModel>.Empty.Add(ModelId, new ListedModel(ModelId, Layers, 64, 1, false, Bytes32.Zero, Bytes32.Zero, Bytes32.Zero)),
        Slots.ToImmutableDictionary(slot => slot.SlotId),
        Slots.Select((slot, i) => new SlotKey(slot.SlotId, SigningKeys[i], EncryptionKeys[i], 90, 110))
            .ToImmutableDictionary(key => key.SlotId, key => (IReadOnlyList<SlotKey>)[key]));

    public AttestationCheckInput Input => new()
    {
        Nonce = Nonce,
        Domain = Domain,
        ModelId = ModelId,
        Root = Root,
        Now = Now,
        Policy = new QuotePolicy { AllowSimulated = true },
        Facts = Facts,
    };

    public Task<byte[]> QuoteAsync(byte[] reportData) => _source.GetQuoteAsync(reportData, CancellationToken.None);

    public byte[] ReportDataOf(int index, Bytes32 nonce) => ReportData.ForAttestation(
        Domain, ModelId, Slots[index].SlotId, Slots[index].Operator, nonce, SigningKeys[index], EncryptionKeys[index]);

    /// <summary>What the sequencer says of the model.</summary>
    public ModelInfo Model => new(
        "model", ModelId, Layers, 64, 100, 1, 1, EncryptionKeys[0],
        [.. Slots.Select((slot, i) => new SlotInfo(slot.SlotId, slot.Operator, slot.FirstLayer, slot.LayerCount, SigningKeys[i], "simulated"))]);

    /// <summary>Below which everything is.</summary>
    public SimulatedPki Pki => _pki;

    public string RootPem => _pki.RootPem;

    public Task<AttestationReport> ReportAsync() => ReportAsync(Nonce);

    public async Task<AttestationReport> ReportAsync(Bytes32 nonce)
    {
        ImmutableArray<AttestationEntry> entries = [await EntryAsync(0, nonce), await EntryAsync(1, nonce), await EntryAsync(2, nonce)];
        return new AttestationReport
        {
            SigningAddress = entries[0].SigningAddress,
            SigningAlgorithm = "ecdsa",
            RequestNonce = entries[0].RequestNonce,
            IntelQuote = entries[0].IntelQuote,
            TeeType = "simulated",
            Entries = entries,
            Details = new AttestationReportDetails(Domain.ChainId, Domain.Rollup, NewAddress(7), "model", ModelId, nonce, true, []),
        };
    }

    public void Dispose()
    {
        _source.Dispose();
        _pki.Dispose();
    }

    private async Task<AttestationEntry> EntryAsync(int index, Bytes32 nonce)
    {
        Slot slot = Slots[index];
        byte[] legacy = await QuoteAsync(ReportData.ForLegacyAttestation(SigningKeys[index], nonce));
        return new AttestationEntry
        {
            SigningAddress = SigningKeys[index].ToString(),
            SigningAlgorithm = "ecdsa",
            RequestNonce = nonce.ToString()[2..],
            IntelQuote = Convert.ToHexStringLower(legacy),
            TeeType = "simulated",
            Details = new AttestationEntryDetails(
                slot.SlotId, slot.Operator, slot.FirstLayer, slot.LayerCount, ModelId, SigningKeys[index], EncryptionKeys[index], "simulated", nonce, 100,
                await QuoteAsync(ReportDataOf(index, nonce)), JsonSerializer.Deserialize<JsonElement>(Collateral.Write())),
        };
    }

    private static Address NewAddress(byte seed) => new(Keccak256.Hash([seed]).ToArray().AsSpan(12));
}
