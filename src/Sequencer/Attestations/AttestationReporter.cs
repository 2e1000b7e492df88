using System.Collections.Immutable;
using System.Text.Json;
using TeeTee.Attestation.Collateral;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Hosting.Limits;
using TeeTee.Primitives;
using TeeTee.Sequencer.Jobs;
using TeeTee.Sequencer.Shards;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Attestations;

/// <summary>
/// Gathers fresh quotes of all shards of a pipeline. Askers with one nonce share one round; how many rounds are made is bounded, for each costs
/// every shard of the pipeline two quotes.
/// </summary>
internal sealed class AttestationReporter
{
    private const string Algorithm = "ecdsa";

    private readonly SequencerOptions _options;
    private readonly ShardPool _pool;
    private readonly ShardChallenger _challenger;
    private readonly SharedWork<(Bytes32 ModelId, Bytes32 Nonce), ImmutableArray<SlotAttestation>> _rounds;

    public AttestationReporter(SequencerOptions options, ShardPool pool, ShardChallenger challenger)
    {
        (_options, _pool, _challenger) = (options, pool, challenger);
        _rounds = new(options.Attestation.Limits, AskAllAsync, options.Clock);
    }

    /// <summary>The model of a name or identity; the first one on offer without either.</summary>
    /// <exception cref="JobApiException"><c>model_not_found</c>.</exception>
    public ModelOffer FindModel(string? name)
    {
        ModelOffer? found = string.IsNullOrEmpty(name)
            ? _options.Models.Count > 0 ? _options.Models[0] : null
            : _options.Models.FirstOrDefault(offer => offer.Name == name || offer.ModelId.ToString() == name);
        return found ?? throw Refusal.ModelNotFound($"Model '{name}' is not on offer.");
    }

    /// <summary>The report for a challenge.</summary>
    /// <param name="requestNonce">The nonce as the asker wrote it.</param>
    /// <exception cref="JobApiException"><c>shard_unavailable</c>: no pipeline, or no shard answered; <c>overloaded</c>: too many ask.</exception>
    public async Task<AttestationReport> ReportAsync(ModelOffer offer, Bytes32 nonce, string requestNonce, CancellationToken cancellationToken)
    {
        ImmutableArray<SlotAttestation> slots = await RoundAsync(offer, nonce, cancellationToken).ConfigureAwait(false);
        ImmutableArray<AttestationEntry> entries = [.. slots.Where(slot => slot.Answer is not null).Select(slot => EntryOf(slot, slot.Answer!, requestNonce))];
        ImmutableArray<AttestationGap> missing = [.. slots.Where(slot => slot.Answer is null).Select(slot => new AttestationGap(slot.Member.Slot.SlotId, slot.Fault!))];
        if (entries.IsEmpty)
            throw Refusal.ShardUnavailable($"No shard of {offer.Name} gave a quote: {string.Join(" ", missing.Select(gap => $"slot {gap.SlotId}: {gap.Cause}"))}");
        AttestationEntry first = entries[0];
        return new AttestationReport
        {
            SigningAddress = first.SigningAddress,
            SigningAlgorithm = first.SigningAlgorithm,
            RequestNonce = requestNonce,
            IntelQuote = first.IntelQuote,
            TeeType = first.TeeType,
            EventLog = first.EventLog,
            Info = first.Info,
            Entries = entries,
            Details = new AttestationReportDetails(
                _options.Deployment.ChainId, _options.Deployment.Rollup, _options.Key.Address, offer.Name, offer.ModelId, nonce, missing.IsEmpty, missing),
        };
    }

    private async Task<ImmutableArray<SlotAttestation>> RoundAsync(ModelOffer offer, Bytes32 nonce, CancellationToken cancellationToken)
    {
        if (_pool.PipelineOf(offer.ModelId) is null)
            throw Refusal.ShardUnavailable($"No complete pipeline serves {offer.Name} now.");
        try
        {
            return await _rounds.GetAsync((offer.ModelId, nonce), cancellationToken).ConfigureAwait(false);
        }
        catch (OverloadedException fault)
        {
            throw Refusal.Overloaded($"Too many ask for attestations: {fault.Message}");
        }
        catch (TimeoutException fault)
        {
            throw Refusal.ShardUnavailable($"The shards' quotes do not come: {fault.Message}");
        }
    }

    private async Task<ImmutableArray<SlotAttestation>> AskAllAsync((Bytes32 ModelId, Bytes32 Nonce) question, CancellationToken cancellationToken)
    {
        Pipeline pipeline = _pool.PipelineOf(question.ModelId) ?? throw Refusal.ShardUnavailable("The pipeline has just become incomplete.");
        return [.. await Task.WhenAll(pipeline.Stages.Select(stage => _challenger.AskAsync(stage, question.Nonce, cancellationToken))).ConfigureAwait(false)];
    }

    private static AttestationEntry EntryOf(SlotAttestation slot, ShardAttestation answer, string requestNonce)
    {
        string teeType = TypeOf(answer.TeeType);
        var machine = MachineLog.Of(answer);
        return new AttestationEntry
        {
            SigningAddress = answer.SigningKey.ToString(),
            SigningAlgorithm = Algorithm,
            RequestNonce = requestNonce,
            IntelQuote = Convert.ToHexStringLower(answer.LegacyQuote.Span),
            TeeType = teeType,
            EventLog = machine.Events,
            Info = machine.Info,
            Details = new AttestationEntryDetails(
                answer.Slot.SlotId, answer.Slot.Operator, answer.Slot.FirstLayer, answer.Slot.LayerCount, answer.Slot.ModelId, answer.SigningKey,
                answer.EncryptionKey, teeType, answer.Nonce, answer.Epoch, answer.Quote.ToArray(), JsonOf(slot.Collateral)),
        };
    }

    /// <summary>What the interfaces call a TEE type.</summary>
    public static string TypeOf(TeeType type) => type == TeeType.Tdx ? "tdx" : "simulated";

    private static JsonElement? JsonOf(QuoteCollateral? collateral) =>
        collateral is null ? null : JsonSerializer.Deserialize<JsonElement>(collateral.Write());
}
