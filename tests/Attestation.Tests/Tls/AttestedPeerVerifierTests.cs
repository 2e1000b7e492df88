using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Tls;
using TeeTee.Attestation.Verification;

namespace TeeTee.Attestation.Tests.Tls;

public sealed class AttestedPeerVerifierTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly SimulatedPki _pki;
    private readonly Provider _provider = new();
    private readonly List<string> _failures = [];
    private int _bindings;

    public AttestedPeerVerifierTests() => _pki = SimulatedPki.Create(_clock);

    public void Dispose() => _pki.Dispose();

    [Fact]
    public async Task Check_CollateralMissing_IsRefusedAtOnceAndPassesOnceItIsFetched()
    {
        AttestedPeerVerifier verifier = Verifier();
        byte[] der = await MakeAsync(_pki);

        AttestedPeerVerdict first = verifier.Check(der);
        await _provider.Asked.Task.WaitAsync(TimeSpan.FromSeconds(20));
        AttestedPeerVerdict second = verifier.Check(der);
        _provider.Held = Signed();
        AttestedPeerVerdict third = verifier.Check(der);

        Assert.Equal((PeerStage.Collateral, PeerStage.Collateral), (first.Error?.Stage, second.Error?.Stage));
        Assert.Equal("no collateral is held for platform 53494d554c00 (Platform)", first.Error!.Cause);
        Assert.Equal(1, _provider.Fetches);
        Assert.True(third.Accepted, $"{third.Error}");
    }

    [Fact]
    public async Task Check_FetchFails_IsToldAndTriedAgain()
    {
        AttestedPeerVerifier verifier = Verifier();
        byte[] der = await MakeAsync(_pki);
        _provider.Fault = new CollateralUnavailableException("Nobody answers.");

        for (int i = 0; i < 400 && _failures.Count < 2; i++)
        {
            Assert.Equal(PeerStage.Collateral, verifier.Check(der).Error?.Stage);
            await Task.Delay(10);
        }

        Assert.True(_failures.Count >= 2);
        Assert.All(_failures, failure => Assert.Equal("53494d554c00: Nobody answers.", failure));
    }

    [Fact]
    public async Task Check_QuoteOfAnUnknownRoot_AsksNobodyForCollateral()
    {
        using SimulatedPki other = SimulatedPki.Create(_clock);

        AttestedPeerVerdict verdict = Verifier().Check(await MakeAsync(other));

        Assert.Equal((PeerStage.Quote, 0, 0), (verdict.Error?.Stage, _provider.Finds, _provider.Fetches));
    }

    [Fact]
    public async Task Check_SameCertificate_IsJudgedOnceWithinTheAgeOfAVerdict()
    {
        _provider.Held = Signed();
        AttestedPeerVerifier verifier = Verifier();
        byte[] der = await MakeAsync(_pki);

        AttestedPeerVerdict first = verifier.Check(der);
        AttestedPeerVerdict again = verifier.Check(der);
        _clock.Advance(TimeSpan.FromMinutes(6));
        AttestedPeerVerdict later = verifier.Check(der);

        Assert.Same(first, again);
        Assert.NotSame(first, later);
        Assert.Equal(2, _bindings);
        Assert.Null(verifier.Find(new byte[4]));
    }

    [Fact]
    public async Task Check_Expired_IsNotServedFromMemory()
    {
        _provider.Held = Signed();
        AttestedPeerVerifier verifier = Verifier();
        byte[] der = await MakeAsync(_pki, TimeSpan.FromMinutes(3));
        Assert.True(verifier.Check(der).Accepted);

        _clock.Advance(TimeSpan.FromMinutes(3) + TimeSpan.FromSeconds(1));

        Assert.Null(verifier.Find(der));
        Assert.Equal(PeerStage.Validity, verifier.Check(der).Error?.Stage);
    }

    private AttestedPeerVerifier Verifier() => new(
        new AttestedPeerOptions
        {
            Root = _pki.Root,
            Policy = new QuotePolicy { AllowSimulated = true },
            Collateral = _provider,
            CollateralFailed = (platform, fault) =>
            {
                lock (_failures)
                    _failures.Add($"{platform.Fmspc}: {fault.Message}");
            },
        },
        certificate =>
        {
            _bindings++;
            return (Bind(certificate.SubjectPublicKeyInfo), "");
        },
        _clock);

    private async Task<byte[]> MakeAsync(SimulatedPki pki, TimeSpan? validity = null)
    {
        using CertificateDraft draft = new(_clock.GetUtcNow(), _clock.GetUtcNow() + (validity ?? TimeSpan.FromHours(24)));
        using SimulatedQuoteSource source = new(pki, SimulatedMeasurements.Of("image", "compose"));
        byte[] quote = await source.GetQuoteAsync(Bind(draft.SubjectPublicKeyInfo), CancellationToken.None);
        using X509Certificate2 certificate = draft.Complete(CertificateEvidence.Attested(quote, new byte[] { 1 }));
        return certificate.RawData;
    }

    private static byte[] Bind(ReadOnlyMemory<byte> key) => SHA512.HashData(key.Span);

    private QuoteCollateral Signed() => _pki.Collateral(_clock.GetUtcNow());

    private sealed class Provider : ICollateralProvider
    {
        private int _fetches;

        public QuoteCollateral? Held { get; set; }

        public CollateralUnavailableException? Fault { get; set; }

        public int Finds { get; private set; }

        public int Fetches => Volatile.Read(ref _fetches);

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public QuoteCollateral? Find(PlatformId platform)
        {
            Finds++;
            return Held;
        }

        public async ValueTask<QuoteCollateral> GetAsync(PlatformId platform, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _fetches);
            Asked.TrySetResult();
            if (Fault is not null)
                throw Fault;
            // As slow as a network: the second check finds the first one's question running.
            await Task.Delay(TimeSpan.FromSeconds(5), cancellationToken);
            return Held!;
        }
    }
}
