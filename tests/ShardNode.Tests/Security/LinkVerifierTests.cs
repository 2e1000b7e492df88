using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Tls;
using TeeTee.Attestation.Verification;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.Rollup.Messages;
using TeeTee.ShardNode.Tests.Support;
using TeeTee.ShardProtocol.Links;

namespace TeeTee.ShardNode.Tests.Security;

public sealed class LinkVerifierTests : IDisposable
{
    private static readonly PrivateKey s_poster = PrivateKey.Generate();

    private static readonly ShardClaims s_claims = new(
        Cluster.ChainId, Cluster.Rollup, Keccak256.Hash("model"u8), 11, PrivateKey.Generate().Address, PrivateKey.Generate().Address, Keccak256.Hash("key"u8));

    private readonly SimulatedPki _pki = SimulatedPki.Create(TimeProvider.System);
    private readonly ShiftedClock _clock = new();

    public void Dispose() => _pki.Dispose();

    public static TheoryData<string, PeerStage> Vouchers => new()
    {
        { "of another key", PeerStage.Claims },
        { "of another validity", PeerStage.Claims },
        { "noise", PeerStage.Claims },
        { "expired", PeerStage.Validity },
        { "future", PeerStage.Validity },
        { "long-lived", PeerStage.Validity },
    };

    [Fact]
    public async Task Check_HonestShard_IsItWithTheQuotesEnd()
    {
        using X509Certificate2 certificate = await new PeerForge(_pki, s_claims).MakeAsync("honest");

        LinkVerdict verdict = Verifier().Check(certificate);

        Assert.Equal(new AttestedShard(s_claims), verdict.Caller);
        Assert.Equal(new DateTimeOffset(certificate.NotAfter.ToUniversalTime()), verdict.Expires);
        Assert.Equal(TimeSpan.FromHours(24), verdict.Validity);
    }

    [Theory]
    [MemberData(nameof(PeerForge.Forgeries), MemberType = typeof(PeerForge))]
    public async Task Check_ForgedShard_IsRefusedAtItsStage(string forgery, PeerStage stage)
    {
        using X509Certificate2 certificate = await new PeerForge(_pki, s_claims).MakeAsync(forgery);

        LinkVerdict verdict = Verifier().Check(certificate);

        // Who must be there is for the caller of the verifier to say.
        if (stage == PeerStage.Identity)
            Assert.NotEqual(s_claims, Assert.IsType<AttestedShard>(verdict.Caller).Claims);
        else
            Assert.Equal((stage, false), (verdict.Error?.Stage, verdict.Accepted));
    }

    [Theory]
    [InlineData("PoEA quote", "ReportData")]
    [InlineData("registration quote", "ReportData")]
    [InlineData("attestation quote", "ReportData")]
    [InlineData("replayed quote", "ReportData")]
    [InlineData("stretched validity", "ReportData")]
    [InlineData("changed claims", "ReportData")]
    [InlineData("debug TD", "Attributes")]
    [InlineData("wrong measurement", "Measurements")]
    [InlineData("other root", "PckChain")]
    [InlineData("no quote but noise", "Parse")]
    public async Task Check_BadQuote_NamesTheStageOfTheQuote(string forgery, string stage)
    {
        using X509Certificate2 certificate = await new PeerForge(_pki, s_claims).MakeAsync(forgery);

        Assert.StartsWith($"Quote: {stage}: ", Verifier().Check(certificate).Error?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_QuoteThatOutlivesItsPckChain_IsRefusedThen()
    {
        using SimulatedPki old = SimulatedPki.Create(new EarlierClock(TimeSpan.FromDays(3652) - TimeSpan.FromHours(2)));
        using X509Certificate2 certificate = await new PeerForge(old, s_claims).MakeAsync("honest");
        LinkVerifier verifier = Verifier(old);

        LinkVerdict before = verifier.Check(certificate);
        _clock.Advance(before.Expires - _clock.GetUtcNow() + TimeSpan.FromSeconds(1));
        LinkVerdict after = verifier.Check(certificate);

        Assert.True(before.Accepted);
        Assert.True(before.Expires < certificate.NotAfter.ToUniversalTime());
        Assert.Equal(PeerStage.Quote, after.Error?.Stage);
        Assert.Contains("expired", after.Error!.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_NoCertificate_IsRefused() => Assert.Equal(PeerStage.Certificate, Verifier().Check((X509Certificate?)null).Error?.Stage);

    [Fact]
    public void Check_HonestSequencer_IsThePoster()
    {
        using X509Certificate2 certificate = Peers.SequencerOf(s_poster);

        Assert.Equal(new VouchedSequencer(s_poster.Address), Verifier().Check(certificate).Caller);
    }

    [Fact]
    public void Review_Sequencer_LooksAtTheEndAloneAndRecoversNoSigner()
    {
        Counting recovery = new();
        using X509Certificate2 certificate = Peers.SequencerOf(s_poster);
        LinkVerifier verifier = Verifier(recovery: recovery);
        LinkVerdict accepted = verifier.Check(certificate);

        for (int i = 0; i < 100; i++)
            Assert.True(verifier.Review(certificate.RawData, accepted).Accepted);
        _clock.Advance(accepted.Expires - _clock.GetUtcNow() + TimeSpan.FromSeconds(1));

        Assert.Equal(1, recovery.Calls);
        Assert.Equal(PeerStage.Validity, verifier.Review(certificate.RawData, accepted).Error?.Stage);
    }

    [Fact]
    public async Task Review_ShardWhoseQuoteRanOut_IsRefused()
    {
        using SimulatedPki old = SimulatedPki.Create(new EarlierClock(TimeSpan.FromDays(3652) - TimeSpan.FromHours(2)));
        using X509Certificate2 certificate = await new PeerForge(old, s_claims).MakeAsync("honest");
        LinkVerifier verifier = Verifier(old);
        LinkVerdict accepted = verifier.Check(certificate);

        Assert.True(verifier.Review(certificate.RawData, accepted).Accepted);
        _clock.Advance(accepted.Expires - _clock.GetUtcNow() + TimeSpan.FromSeconds(1));

        Assert.Equal(PeerStage.Quote, verifier.Review(certificate.RawData, accepted).Error?.Stage);
    }

    [Fact]
    public async Task IsAging_PeerThatCannotRenew_GetsAFewChannelsAndNotOneAMinute()
    {
        using X509Certificate2 certificate = await new PeerForge(_pki, s_claims).MakeAsync("honest");
        TlsIdentity identity = new(new TlsIdentityOptions(), (draft, _) => Task.FromResult(SequencerVoucher.Create(draft, Cluster.Domain, s_poster)), _clock);
        LinkVerifier verifier = Verifier();
        List<LinkClient> channels = [];

        for (DateTimeOffset end = _clock.GetUtcNow().AddHours(22); _clock.GetUtcNow() < end; _clock.Advance(TimeSpan.FromMinutes(2)))
        {
            if (channels.Count > 0 && !channels[^1].IsAging)
                continue;
            LinkClient client = new(identity, verifier, _ => null, _clock);
            Assert.True(client.Options.RemoteCertificateValidationCallback!(this, certificate, null, System.Net.Security.SslPolicyErrors.None));
            channels.Add(client);
        }

        Assert.InRange(channels.Count, 2, 10);
    }

    [Theory]
    [MemberData(nameof(Vouchers))]
    public void Check_BadVoucher_IsRefusedAtItsStage(string what, PeerStage stage)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        using X509Certificate2 certificate = what switch
        {
            "of another key" => Peers.SequencerOf(s_poster, vouchedFor: draft => new CertificateDraft(draft.NotBefore, draft.NotAfter)),
            "expired" => Peers.SequencerOf(s_poster, from: now.AddHours(-2), until: now.AddHours(-1)),
            "future" => Peers.SequencerOf(s_poster, from: now.AddHours(1)),
            "long-lived" => Peers.SequencerOf(s_poster, until: now.AddDays(8)),
            "noise" => Noise(now),
            _ => Stretched(now),
        };

        Assert.Equal(stage, Verifier().Check(certificate).Error?.Stage);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Check_VoucherOfAnotherDomain_IsAnotherPoster(bool otherChain)
    {
        RollupDomain other = otherChain ? new RollupDomain(1, Cluster.Rollup) : new RollupDomain(Cluster.ChainId, s_poster.Address);
        using X509Certificate2 certificate = Peers.SequencerOf(s_poster, other);

        // Under this domain the signature is somebody else's, whom no contract knows.
        Assert.NotEqual(s_poster.Address, (Verifier().Check(certificate).Caller as VouchedSequencer)?.Poster);
    }

    private static X509Certificate2 Noise(DateTimeOffset now)
    {
        using CertificateDraft draft = new(now, now.AddHours(1));
        return draft.Complete(CertificateEvidence.Vouched(new byte[200]));
    }

    // The signature is over the same key, but for an hour more.
    private static X509Certificate2 Stretched(DateTimeOffset now)
    {
        using CertificateDraft draft = new(now.AddMinutes(-1), now.AddHours(1));
        SequencerLink shorter = new(draft.PublicKeyHash, (ulong)draft.NotBefore.ToUnixTimeSeconds(), (ulong)draft.NotAfter.ToUnixTimeSeconds() - 60);
        return draft.Complete(CertificateEvidence.Vouched(Cluster.Domain.Sign(shorter, s_poster).Encode()));
    }

    private LinkVerifier Verifier(SimulatedPki? pki = null, ISignatureRecovery? recovery = null) => new(Cluster.Domain, recovery ?? Secp256k1Recovery.Instance, new AttestedPeerOptions
    {
        Root = (pki ?? _pki).Root,
        Policy = new QuotePolicy { AllowSimulated = true, AllowedMeasurements = SimulatedMeasurements.Of(PeerForge.Image, PeerForge.Compose).ToAllowList() },
        Collateral = new HeldCollateral((pki ?? _pki).Collateral(DateTimeOffset.UtcNow)),
    }, _clock);

    private sealed class Counting : ISignatureRecovery
    {
        public int Calls { get; private set; }

        public Address? Recover(Bytes32 digest, Signature signature)
        {
            Calls++;
            return Secp256k1Recovery.Instance.Recover(digest, signature);
        }
    }

    private sealed class EarlierClock(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - by;
    }
}
