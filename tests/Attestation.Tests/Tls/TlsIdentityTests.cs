using TeeTee.Attestation.Tls;

namespace TeeTee.Attestation.Tests.Tls;

public sealed class TlsIdentityTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly ManualClock _clock = new();
    private readonly List<DateTimeOffset> _renewed = [];
    private readonly List<(string Fault, DateTimeOffset Until)> _failed = [];
    private bool _isBroken;

    [Fact]
    public async Task RenewAsync_Always_BindsTheDraftsKeyAndValidity()
    {
        EvidenceCertificate? seen = null;
        CertificateDraft? drafted = null;
        TlsIdentity identity = new(new TlsIdentityOptions(), (draft, _) =>
        {
            drafted = draft;
            return Task.FromResult(CertificateEvidence.Attested(new byte[] { 1 }, new byte[] { 2, 3 }));
        }, _clock);

        await identity.RenewAsync(CancellationToken.None);

        Assert.True(EvidenceCertificateReader.TryRead(identity.Current.Certificate.RawData, out seen, out string cause), cause);
        Assert.Equal((drafted!.PublicKeyHash, drafted.NotBefore, drafted.NotAfter), (seen.PublicKeyHash, seen.NotBefore, seen.NotAfter));
        Assert.Equal((_clock.GetUtcNow().AddMinutes(-5), _clock.GetUtcNow().AddHours(24)), (seen.NotBefore, seen.NotAfter));
        Assert.Equal(new byte[] { 1 }, seen.Evidence.Quote.ToArray());
        Assert.Equal(new byte[] { 2, 3 }, seen.Evidence.Claims.ToArray());
    }

    [Fact]
    public void Current_BeforeTheFirst_Throws() => Assert.Throws<InvalidOperationException>(() => Identity().Current);

    [Fact]
    public async Task RunAsync_TwoThirdsPassed_RenewsWithANewKey()
    {
        TlsIdentity identity = Identity();
        await identity.RenewAsync(CancellationToken.None);
        TlsCredential first = identity.Current;
        using CancellationTokenSource stop = new();
        Task running = identity.RunAsync(stop.Token);

        await AdvanceAsync(TimeSpan.FromHours(15.8));
        int before = _renewed.Count;
        await AdvanceAsync(TimeSpan.FromHours(0.3));

        Assert.Equal((0, 1), (before, _renewed.Count));
        Assert.NotEqual(first.Certificate.GetPublicKey(), identity.Current.Certificate.GetPublicKey());
        Assert.True(_clock.GetUtcNow() < first.NotAfter.AddHours(-7));
        await StopAsync(stop, running);
    }

    [Fact]
    public async Task RunAsync_SourceFails_TriesAgainWithGrowingPausesAndSaysUntilWhenItLasts()
    {
        TlsIdentity identity = Identity();
        await identity.RenewAsync(CancellationToken.None);
        TlsCredential first = identity.Current;
        using CancellationTokenSource stop = new();
        Task running = identity.RunAsync(stop.Token);
        _isBroken = true;

        await AdvanceAsync(TimeSpan.FromHours(17));
        int afterAnHour = _failed.Count;
        await AdvanceAsync(TimeSpan.FromHours(1));

        // 5 s, 10 s, ... then one every 10 minutes.
        Assert.InRange(afterAnHour, 8, 16);
        Assert.InRange(_failed.Count - afterAnHour, 5, 7);
        Assert.All(_failed, failure => Assert.Equal(("The test's source is broken.", first.NotAfter), failure));
        Assert.Same(first, identity.Current);
        _isBroken = false;
        await AdvanceAsync(TimeSpan.FromMinutes(11));
        Assert.Single(_renewed);
        Assert.NotSame(first, identity.Current);
        await StopAsync(stop, running);
    }

    private TlsIdentity Identity() => new(
        new TlsIdentityOptions { Renewed = _renewed.Add, Failed = (fault, until) => _failed.Add((fault.Message, until)) },
        (_, _) => _isBroken
            ? throw new IOException("The test's source is broken.")
            : Task.FromResult(CertificateEvidence.Vouched(new byte[] { 7 })),
        _clock);

    // In steps below the loop's own, each only once the loop waits again.
    private async Task AdvanceAsync(TimeSpan by)
    {
        DateTimeOffset end = _clock.GetUtcNow() + by;
        using CancellationTokenSource patience = new(s_patience);
        while (_clock.GetUtcNow() < end)
        {
            while (_clock.Waiting == 0)
                await Task.Delay(1, patience.Token);
            _clock.Advance(TimeSpan.FromSeconds(30));
        }
        while (_clock.Waiting == 0)
            await Task.Delay(1, patience.Token);
    }

    private static async Task StopAsync(CancellationTokenSource stop, Task running)
    {
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(s_patience));
    }
}
