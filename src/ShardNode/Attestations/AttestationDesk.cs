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
        byte[] quote = await QuoteAsync(report, cancellationToken);
        byte[] legacy = challenge.Legacy
            ? await QuoteAsync(ReportData.ForLegacyAttestation(_self.SigningKey, challenge.Nonce), cancellationToken)
            : [];
        return new ShardAttestation(challenge.Nonce, _self.TeeType, _self.Slot, _self.SigningKey, _self.EncryptionKey, epoch, quote, legacy);
    }

    private async Task<byte[]> QuoteAsync(byte[] report, CancellationToken cancellationToken)
    {
        byte[] quote = await _quotes.GetQuoteAsync(report, cancellationToken);
        _metrics.ChallengeQuoted();
        return quote;
    }
}
