using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Tls;
using TeeTee.Rollup.Links;

namespace TeeTee.ShardProtocol.Links;

/// <summary>
/// The TLS side of one channel to a shard. The first connection pins the shard's claims; a later one of the same channel with others is
/// refused, so that an identity can change only with a new channel. Thread-safe.
/// </summary>
public sealed class LinkClient
{
    private static readonly TimeSpan s_leastLife = TimeSpan.FromMinutes(1);

    private readonly LinkVerifier _verifier;
    private readonly Func<ShardClaims, string?> _expected;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private LinkVerdict? _verdict;
    private byte[] _certificate = [];
    private PeerError? _refusal;
    private DateTimeOffset _connectedAt;

    /// <param name="identity">What this side proves to be.</param>
    /// <param name="verifier">Judges the shard's certificate.</param>
    /// <param name="expected">Why these claims are not those of who must be there; null if they are.</param>
    /// <param name="clock">The clock of validity.</param>
    public LinkClient(TlsIdentity identity, LinkVerifier verifier, Func<ShardClaims, string?> expected, TimeProvider clock)
    {
        (_verifier, _expected, _clock) = (verifier, expected, clock);
        Options = LinkTls.Client(identity, Admit);
    }

    /// <summary>For the channel's transport.</summary>
    public SslClientAuthenticationOptions Options { get; }

    /// <summary>Who answered; null before the first connection.</summary>
    public ShardClaims? Peer
    {
        get
        {
            lock (_gate)
                return (_verdict?.Caller as AttestedShard)?.Claims;
        }
    }

    /// <summary>Why the newest connection was refused; null if it was not.</summary>
    public PeerError? Refusal
    {
        get
        {
            lock (_gate)
                return _refusal;
        }
    }

    /// <summary>
    /// Whether new work should go over a new channel: in the last quarter of the peer's certificate, when it has long had a new one to show.
    /// Running work may stay until <see cref="FindFault"/> speaks.
    /// </summary>
    public bool IsAging
    {
        get
        {
            lock (_gate)
            {
                DateTimeOffset now = _clock.GetUtcNow();
                return _verdict is not null && now > _verdict.Expires - (_verdict.Validity / 4) && now > _connectedAt + LifeOf(_verdict);
            }
        }
    }

    /// <summary>Why the channel must not be used any longer: its peer's proof has run out or no longer holds. Null while it does, or before there is one.</summary>
    public PeerError? FindFault()
    {
        byte[] certificate;
        lock (_gate)
            certificate = _certificate;
        return certificate.Length == 0 ? null : _verifier.Check(certificate).Error;
    }

    // A peer that cannot renew must not get a new channel every minute while the old ones are still open: eight in the last quarter will do.
    private static TimeSpan LifeOf(LinkVerdict verdict) => verdict.Validity / 32 > s_leastLife ? verdict.Validity / 32 : s_leastLife;

    private bool Admit(X509Certificate? certificate)
    {
        LinkVerdict verdict = _verifier.Check(certificate);
        lock (_gate)
        {
            _refusal = FindRefusal(verdict);
            if (_refusal is not null)
                return false;
            (_verdict, _certificate, _connectedAt) = (verdict, certificate!.GetRawCertData(), _clock.GetUtcNow());
            return true;
        }
    }

    private PeerError? FindRefusal(LinkVerdict verdict)
    {
        if (!verdict.Accepted)
            return verdict.Error;
        if (verdict.Caller is not AttestedShard shard)
            return new PeerError(PeerStage.Identity, $"{verdict.Caller} answers where a shard must");
        if (_verdict?.Caller is AttestedShard pinned && pinned.Claims.Mismatch(shard.Claims) is { } changed)
            return new PeerError(PeerStage.Identity, $"it has changed: {changed}");
        return _expected(shard.Claims) is { } other ? new PeerError(PeerStage.Identity, other) : null;
    }
}
