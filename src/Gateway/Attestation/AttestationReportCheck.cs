using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Verification;
using TeeTee.Gateway.Contracts;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;

namespace TeeTee.Gateway.Attestation;

/// <summary>
/// Judges an attestation report without believing who put it together: every quote under the caller's root, policy and nonce, every key against
/// the contracts, and the layers for gaps. Pure.
/// </summary>
public static class AttestationReportCheck
{
    /// <summary>The result for every slot.</summary>
    public static AttestationReportResult Check(AttestationReport report, AttestationCheckInput input)
    {
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(input);
        if (report.Entries.IsDefault || report.Entries.Length > NodeVerification.MostSlots)
            return new AttestationReportResult([], $"The report has {(report.Entries.IsDefault ? "no" : report.Entries.Length)} entries; 1 to {NodeVerification.MostSlots} are read.");
        // JSON can have null in a list of anything.
        if (report.Entries.Any(entry => entry is null) || (!report.Details.Missing.IsDefault && report.Details.Missing.Any(gap => gap is null)))
            return new AttestationReportResult([], "The report has an entry that is null.");
        ImmutableArray<AttestationEntryDetails> entries = [.. report.Entries.Select(entry => entry.Details).OrderBy(entry => entry.FirstLayer)];
        var slots = ImmutableArray.CreateBuilder<AttestationSlotResult>();
        slots.AddRange(entries.Select(entry => Check(entry, input)));
        ImmutableArray<AttestationGap> missing = report.Details.Missing;
        if (!missing.IsDefault)
            slots.AddRange(missing.Take(NodeVerification.MostSlots).Select(gap => Refused(gap.SlotId, AttestationStage.Report, $"no attestation: {gap.Cause}")));
        return new AttestationReportResult(slots.ToImmutable(), FindLayerFault(entries, input));
    }

    private static AttestationSlotResult Check(AttestationEntryDetails entry, AttestationCheckInput input)
    {
        AttestationSlotResult result = Judge(entry, input) with { Claimed = entry.ToSlot() };
        return result.Stage is not null || result.Verdict is not { Accepted: true } verdict
            ? result
            : result with { Attested = new AttestedSlot(entry.SlotId, entry.SigningKey, entry.EncryptionKey, verdict.Expires, verdict.Simulated) };
    }

    private static AttestationSlotResult Judge(AttestationEntryDetails entry, AttestationCheckInput input)
    {
        if (entry.Nonce != input.Nonce)
            return Refused(entry.SlotId, AttestationStage.Report, $"it answers nonce {entry.Nonce}, {input.Nonce} was asked");
        if (entry.ModelId != input.ModelId)
            return Refused(entry.SlotId, AttestationStage.Report, $"it is about model {entry.ModelId}, {input.ModelId} was asked for");
        if (FindCollateral(entry, input, out string cause) is not { } collateral)
            return Refused(entry.SlotId, AttestationStage.Collateral, cause);
        QuoteVerdict verdict = QuoteVerifier.Verify(entry.Quote, new QuoteVerificationInput
        {
            Now = input.Now,
            Root = input.Root,
            Collateral = collateral,
            Policy = input.Policy,
            ExpectedReportData = ReportData.ForAttestation(
                input.Domain, entry.ModelId, entry.SlotId, entry.Operator, entry.Nonce, entry.SigningKey, entry.EncryptionKey),
        });
        string? registration = input.Facts is { } facts ? FindRegistrationFault(entry, facts) : null;
        AttestationSlotResult result = new() { SlotId = entry.SlotId, Verdict = verdict, Registered = input.Facts is null ? null : registration is null };
        if (!verdict.Accepted)
            return result with { Stage = AttestationStage.Quote, Cause = verdict.Error.Cause };
        return registration is null ? result : result with { Stage = AttestationStage.Registration, Cause = registration };
    }

    private static QuoteCollateral? FindCollateral(AttestationEntryDetails entry, AttestationCheckInput input, out string cause)
    {
        cause = "neither the report nor the caller has collateral for the quote";
        if (input.Collateral?.FindFor(entry.Quote, out _) is { } own)
            return own;
        if (entry.Collateral is not { ValueKind: JsonValueKind.Object } relayed)
            return null;
        QuoteCollateral.TryParse(Encoding.UTF8.GetBytes(relayed.GetRawText()), out QuoteCollateral? parsed, out cause);
        return parsed;
    }

    private static string? FindRegistrationFault(AttestationEntryDetails entry, NodeFacts facts)
    {
        if (facts.Slots.GetValueOrDefault(entry.SlotId) is not { } slot)
            return $"slot {entry.SlotId} is not registered";
        if (slot != entry.ToSlot())
            return $"the contract has {slot}, the report {entry.ToSlot()}";
        IReadOnlyList<SlotKey> keys = facts.Keys.GetValueOrDefault(entry.SlotId, []);
        return keys.Any(key => key.SigningKey == entry.SigningKey && key.EncryptionKey == entry.EncryptionKey && facts.Epoch < key.ValidUntil)
            ? null
            : $"slot {entry.SlotId} has no key {entry.SigningKey} with encryption key {entry.EncryptionKey} that is still valid in epoch {facts.Epoch}";
    }

    private static string? FindLayerFault(ImmutableArray<AttestationEntryDetails> entries, AttestationCheckInput input)
    {
        ulong next = 0;
        foreach (AttestationEntryDetails entry in entries)
        {
            if (entry.FirstLayer != next || entry.LayerCount == 0)
                return $"Slot {entry.SlotId} has {entry.LayerCount} layers from {entry.FirstLayer}; the next one that is needed is {next}.";
            next += entry.LayerCount;
        }
        if (input.Facts is not { } facts)
            return entries.IsEmpty ? "The report has no entry." : null;
        uint? layers = facts.Models.GetValueOrDefault(input.ModelId)?.LayerCount;
        return layers == next ? null : $"The report ends at layer {next}; the contract's model {input.ModelId} has {(layers is null ? "no listing" : $"{layers} layers")}.";
    }

    private static AttestationSlotResult Refused(uint slotId, AttestationStage stage, string cause) => new() { SlotId = slotId, Stage = stage, Cause = cause };
}
