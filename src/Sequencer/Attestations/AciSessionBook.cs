using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Verification;
using TeeTee.Hosting.Limits;
using TeeTee.Primitives;
using TeeTee.Rollup.Poea;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Shards;

namespace TeeTee.Sequencer.Attestations;

/// <summary>
/// The shards that this sequencer has verified by fresh quotes of its own asking, as ACI sessions. One is made when somebody asks for it and
/// lasts <see cref="AttestationOptions.SessionAge"/>; a shard that cannot be verified has none. Thread-safe.
/// </summary>
internal sealed class AciSessionBook
{
    private const int MostRemembered = 256;

    private readonly SequencerOptions _options;
    private readonly ShardPool _pool;
    private readonly ShardChallenger _challenger;
    private readonly ILogger<AciSessionBook> _log;
    private readonly SharedWork<(uint SlotId, Address Key, Uri Endpoint), AciSession?> _rounds;
    private readonly Lock _gate = new();
    private readonly Dictionary<uint, AciSession> _current = [];
    private readonly Dictionary<string, AciSession> _byId = [];
    private readonly Queue<string> _order = [];

    public AciSessionBook(SequencerOptions options, ShardPool pool, ShardChallenger challenger, ILogger<AciSessionBook> log)
    {
        (_options, _pool, _challenger, _log) = (options, pool, challenger, log);
        // A pipeline has up to 16 shards, and all are verified for one list.
        SharedWorkLimits limits = options.Attestation.Limits;
        _rounds = new(limits with { MostRunning = 16 * limits.MostRunning, Burst = 16 * limits.Burst, PerSecond = 16 * limits.PerSecond }, EstablishAsync, options.Clock);
    }

    /// <summary>Sessions with every shard that serves now and could be verified.</summary>
    /// <param name="upstreamName">Only this shard, or null.</param>
    /// <param name="model">Only shards of this model (name or identity), or null.</param>
    /// <exception cref="OverloadedException">Too many ask.</exception>
    public async Task<ImmutableArray<AciSession>> ListAsync(string? upstreamName, string? model, CancellationToken cancellationToken)
    {
        ShardMember[] members = [.. _pool.Current.Pipelines.Values
            .Where(pipeline => model is null || pipeline.Offer.Name == model || pipeline.Offer.ModelId.ToString() == model)
            .SelectMany(pipeline => pipeline.Stages)
            .Where(member => upstreamName is null || AciSession.NameOf(member) == upstreamName)
            .DistinctBy(member => member.Slot.SlotId).OrderBy(member => member.Slot.SlotId)];
        AciSession?[] sessions = await Task.WhenAll(members.Select(member => SessionOfAsync(member, cancellationToken))).ConfigureAwait(false);
        return [.. sessions.OfType<AciSession>()];
    }

    /// <summary>A session by its id, current or not long gone; null otherwise.</summary>
    public AciSession? Find(string id)
    {
        lock (_gate)
            return _byId.GetValueOrDefault(id);
    }

    private async Task<AciSession?> SessionOfAsync(ShardMember member, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_current.TryGetValue(member.Slot.SlotId, out AciSession? known) && known.Holds(member, Now().ToUnixTimeSeconds()))
                return known;
        }
        try
        {
            return await _rounds.GetAsync((member.Slot.SlotId, member.Key.SigningKey, member.Endpoint), cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
    }

    private async Task<AciSession?> EstablishAsync((uint SlotId, Address Key, Uri Endpoint) question, CancellationToken cancellationToken)
    {
        ShardMember? member = _pool.Current.Members.FirstOrDefault(
            m => m.Slot.SlotId == question.SlotId && m.Key.SigningKey == question.Key && m.Endpoint == question.Endpoint);
        if (member is null)
            return null;
        Bytes32 nonce = new(RandomNumberGenerator.GetBytes(Bytes32.Size));
        SlotAttestation asked = await _challenger.AskAsync(member, nonce, cancellationToken).ConfigureAwait(false);
        DateTimeOffset now = Now();
        if (Verify(asked, now, out QuotePolicy policy, out string fault) is not { } verdict)
        {
            SequencerLog.ShardNotAttested(_log, member.Slot.SlotId, fault);
            return null;
        }
        DateTimeOffset until = now + _options.Attestation.SessionAge;
        long expires = (verdict.Expires < until ? verdict.Expires : until).ToUnixTimeSeconds();
        AciSession session = AciSession.Of(member, expires, AciSessionDocument.Of(asked, verdict, policy, now.ToUnixTimeSeconds(), expires));
        Remember(session);
        return session;
    }

    private QuoteVerdict? Verify(SlotAttestation asked, DateTimeOffset now, out QuotePolicy policy, out string fault)
    {
        policy = new QuotePolicy();
        fault = asked.Fault ?? "";
        if (asked.Answer is not { } answer)
            return null;
        if (RootOf(AttestationReporter.TypeOf(answer.TeeType)) is not { } root)
        {
            fault = $"no root is pinned for quotes of type {AttestationReporter.TypeOf(answer.TeeType)}";
            return null;
        }
        if (asked.Collateral is not { } collateral)
        {
            fault = "there is no collateral for its platform";
            return null;
        }
        policy = PolicyOf();
        QuoteVerdict verdict = QuoteVerifier.Verify(answer.Quote.Span, new QuoteVerificationInput
        {
            Now = now,
            Root = root,
            Collateral = collateral,
            Policy = policy,
            ExpectedReportData = ReportData.ForAttestation(
                _options.Deployment.Domain(), answer.Slot.ModelId, answer.Slot.SlotId, answer.Slot.Operator, answer.Nonce, answer.SigningKey, answer.EncryptionKey),
        });
        fault = verdict.Error?.ToString() ?? "";
        return verdict.Accepted ? verdict : null;
    }

    // What posts batches judges by its own rules; without it those of links count.
    private TrustedRoot? RootOf(string teeType)
    {
        if (_options.Batching is { } batching)
            return batching.RootOf(teeType);
        bool simulated = teeType != QuoteJudge.Hardware;
        return simulated == _options.TrustedRoot.IsSimulated && (!simulated || _options.AllowSimulatedTee) ? _options.TrustedRoot : null;
    }

    private QuotePolicy PolicyOf() => _options.Batching?.EffectivePolicy()
        ?? (_options.QuotePolicy ?? new QuotePolicy()) with { AllowSimulated = _options.AllowSimulatedTee };

    private void Remember(AciSession session)
    {
        lock (_gate)
        {
            _current[session.Member.Slot.SlotId] = session;
            if (_byId.TryAdd(session.Id, session))
                _order.Enqueue(session.Id);
            while (_order.Count > MostRemembered)
                _byId.Remove(_order.Dequeue());
        }
    }

    private DateTimeOffset Now() => _options.Clock.GetUtcNow();
}
