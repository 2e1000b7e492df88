using System.Security.Cryptography;
using TeeTee.Gateway.Contracts;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Attestation;

/// <summary>
/// Whether the key that a prompt is about to be sealed to is held by an attested enclave, and so is everything below it: slot 0 opens the prompt,
/// and the slots behind it see what it computes. Challenges all of them with a fresh nonce; a pipeline that passed is believed for a minute, but
/// not beyond the end of what its quotes rely on, since each challenge costs every shard a quote. Safe for use by several threads.
/// </summary>
/// <param name="jobs">The sequencer, which only relays.</param>
/// <param name="trust">What quotes are judged by.</param>
/// <param name="clock">The moment to judge at.</param>
public sealed class AttestedKeyVerification(IJobClient jobs, AttestationTrust trust, TimeProvider clock) : IEnclaveKeyVerification
{
    private static readonly TimeSpan s_holds = TimeSpan.FromMinutes(1);

    private Passed? _passed;

    /// <inheritdoc/>
    public async Task<string?> FirstFaultAsync(NodeInfo node, ModelInfo model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(model);
        string pipeline = Describe(node, model);
        if (Volatile.Read(ref _passed) is { } passed && passed.Pipeline == pipeline && clock.GetElapsedTime(passed.At) < s_holds && clock.GetUtcNow() <= passed.Until)
            return null;
        long asked = clock.GetTimestamp();
        AttestationReportResult result = await AskAsync(node, model, cancellationToken).ConfigureAwait(false);
        string? fault = FirstFault(model, result);
        Volatile.Write(ref _passed, fault is null ? new Passed(pipeline, asked, result.Slots.Min(slot => slot.Attested!.Expires)) : null);
        return fault;
    }

    private async Task<AttestationReportResult> AskAsync(NodeInfo node, ModelInfo model, CancellationToken cancellationToken)
    {
        Bytes32 nonce = new(RandomNumberGenerator.GetBytes(Bytes32.Size));
        AttestationReport report = await jobs.GetAttestationAsync(model.ModelId, nonce, cancellationToken).ConfigureAwait(false);
        return AttestationReportCheck.Check(report, new AttestationCheckInput
        {
            Nonce = nonce,
            Domain = trust.Domain ?? new RollupDomain(node.ChainId, node.Rollup),
            ModelId = model.ModelId,
            Root = trust.Root,
            Now = clock.GetUtcNow(),
            Policy = trust.Policy,
            Collateral = trust.Collateral,
        });
    }

    // All that the judgement is about.
    private static string Describe(NodeInfo node, ModelInfo model) => string.Join(
        '|', model.Slots.Select(slot => $"{slot.SlotId} {slot.SigningKey}").Prepend($"{node.ChainId} {node.Rollup} {model.ModelId} {model.EncryptionKey}"));

    private static string? FirstFault(ModelInfo model, AttestationReportResult result)
    {
        if (result.Fault is { } fault)
            return fault;
        if (result.Slots.FirstOrDefault(slot => !slot.Accepted) is { } refused)
            return $"slot {refused.SlotId} is not attested: {refused.StageName}: {refused.Cause}";
        // The report is about the pipeline that the job would run on, slot by slot and key by key, or it says nothing about it.
        var attested = result.Slots.Select(slot => (slot.SlotId, slot.Attested!.SigningKey));
        if (!attested.SequenceEqual(model.Slots.Select(slot => (slot.SlotId, slot.SigningKey))))
            return $"the attested slots and keys are not those of the pipeline: {string.Join(", ", attested)}";
        return result.First is { } first && first.EncryptionKey == model.EncryptionKey
            ? null
            : $"the attested encryption key is {result.First?.EncryptionKey.ToString() ?? "none"}, the sequencer names {model.EncryptionKey}";
    }

    private sealed record Passed(string Pipeline, long At, DateTimeOffset Until);
}
