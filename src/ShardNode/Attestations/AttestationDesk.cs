using TeeTee.Attestation.Sources;
using TeeTee.Hosting.Limits;
using TeeTee.Primitives;
using TeeTee.Rollup.Poea;
using TeeTee.ShardNode.Identity;
using TeeTee.ShardNode.Observability;
using TeeTee.ShardProtocol.Mapping;

namespace TeeTee.ShardNode.Attestations;

/// <summary>
/// Answers challenges with fresh quotes over report data that this shard alone makes: its own slot and keys, and the asker's nonce. Equal
/// challenges share one quote; how many are made is bounded, so that no asker can keep the quote source from the epochs.
/// </summary>
internal sealed class AttestationDesk
{
    private readonly ShardSelf _self;
    private readonly IQuoteSource _quotes;
    private readonly ShardMetrics _metrics;
    private readonly TimeProvider _clock;
    private readonly SharedWork<AttestationChallenge, ShardAttestation> _work;

    public AttestationDesk(ShardSelf self, IQuoteSource quotes, ShardMetrics metrics, TimeProvider clock)
    {
        (_self, _quotes, _metrics, _clock) = (self, quotes, metrics, clock);
        _work = new SharedWork<AttestationChallenge, ShardAttestation>(self.Limits.Attestations, AttestAsync, clock);
    }

    /// <summary>The answer to a challenge.</summary>
    /// <exception cref="OverloadedException">Too many ask.</exception>
    /// <exception cref="TimeoutException">The quote source takes too long.</exception>
    /// <exception cref="IOException">The quote source refuses.</exception>
    public Task<ShardAttestation> AnswerAsync(AttestationChallenge challenge, CancellationToken cancellationToken) =>
        _work.GetAsync(challenge, cancellationToken);

    private async Task<ShardAttestation> AttestAsync(AttestationChallenge challenge, CancellationToken cancellationToken)
    {
        byte[] report = ReportData.ForAttestation(
            _self.Domain, _self.Slot.ModelId, _self.Slot.SlotId, _self.Slot.Operator, challenge.Nonce, _self.SigningKey, _self.EncryptionKey);
        ulong epoch = (ulong)_clock.GetUtcNow().ToUnixTimeSeconds() / _self.EpochSeconds;
        (ReadOnlyMemory<byte> quote, ReadOnlyMemory<byte> log) = await QuoteAsync(report, cancellationToken);
        (ReadOnlyMemory<byte> legacy, _) = challenge.Legacy
            ? await QuoteAsync(ReportData.ForLegacyAttestation(_self.SigningKey, challenge.Nonce), cancellationToken)
            : default;
        return new ShardAttestation(challenge.Nonce, _self.TeeType, _self.Slot, _self.SigningKey, _self.EncryptionKey, epoch, quote, legacy, log);
    }

    private async Task<(ReadOnlyMemory<byte> Quote, ReadOnlyMemory<byte> EventLog)> QuoteAsync(byte[] report, CancellationToken cancellationToken)
    {
        GuestEvidence evidence = _quotes is IEvidenceSource source
            ? await source.GetEvidenceAsync(report, cancellationToken)
            : new GuestEvidence(await _quotes.GetQuoteAsync(report, cancellationToken), default, "");
        _metrics.ChallengeQuoted();
        // The quote counts without its log, which every container of the machine can make longer.
        return (evidence.Quote, evidence.EventLog.Length <= ShardAttestation.MostEventLogBytes ? evidence.EventLog : default);
    }
}
