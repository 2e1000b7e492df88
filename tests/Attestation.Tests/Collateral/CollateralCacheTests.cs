using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Tests.Collateral;

public sealed class CollateralCacheTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly CollateralFixture _pki = new();
    private readonly TemporaryFolder _folder = new();
    private readonly ManualClock _clock = new(CollateralFixture.Issued.AddDays(1));
    private readonly List<CollateralEvent> _events = [];
    private CertificationServer _server = null!;
    private PcsClient _client = null!;

    public async Task InitializeAsync()
    {
        _server = await CertificationServer.StartAsync();
        _client = new PcsClient(new PcsOptions { BaseUrls = [_server.Address], Root = _pki.Root }, TimeProvider.System);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
        _pki.Dispose();
    }

    [Fact]
    public async Task GetAsync_NothingHeld_FetchesOnceAndServesFromMemory()
    {
        _server.Collateral = _pki.Make();
        using CollateralCache cache = Open();

        QuoteCollateral[] got = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => GetAsync(cache))));

        Assert.All(got, one => Assert.Same(got[0], one));
        Assert.Equal(4, _server.Requests.Count);
        Assert.Same(got[0], cache.Find(CollateralFixture.Platform));
        Assert.Equal([CollateralEventKind.Renewed], _events.Select(e => e.Kind));
    }

    [Fact]
    public async Task Open_FolderOfAnEarlierRun_ServesWithoutTheSource()
    {
        _server.Collateral = _pki.Make();
        using (CollateralCache first = Open())
            await GetAsync(first);
        _server.Collateral = null;
        using CollateralCache second = Open();

        Assert.Equal(_pki.Make().TcbInfo.ToArray(), second.Find(CollateralFixture.Platform)!.TcbInfo.ToArray());
        Assert.Equal([$"{CollateralFixture.Fmspc}-platform.json"], Directory.GetFiles(_folder.Path).Select(path => Path.GetFileName(path)));
    }

    [Theory]
    [InlineData("damaged")]
    [InlineData("forged")]
    [InlineData("another platform's")]
    public async Task Open_BadFile_IsReportedAndFetchedAnew(string fault)
    {
        using CollateralFixture stranger = new();
        byte[] content = fault switch
        {
            "damaged" => "{}"u8.ToArray(),
            "forged" => stranger.Make().Write(),
            _ => _pki.Make(new CollateralShape { Fmspc = "90c06f000000" }).Write(),
        };
        await File.WriteAllBytesAsync(_folder.File($"{CollateralFixture.Fmspc}-platform.json"), content);
        await File.WriteAllBytesAsync(_folder.File("notes.json"), content);
        _server.Collateral = _pki.Make();
        using CollateralCache cache = Open();

        Assert.Equal([CollateralEventKind.FileIgnored], _events.Select(e => e.Kind));
        Assert.Null(cache.Find(CollateralFixture.Platform));
        Assert.NotNull(await GetAsync(cache));
    }

    [Fact]
    public async Task RefreshDue_BeforeItIsDue_AsksNobody()
    {
        _server.Collateral = _pki.Make();
        using CollateralCache cache = Open();
        await GetAsync(cache);

        _clock.Advance(TimeSpan.FromHours(11));
        await RefreshAsync(cache);
        Assert.Equal(4, _server.Requests.Count);

        _clock.Advance(TimeSpan.FromHours(1));
        await RefreshAsync(cache);
        Assert.Equal(8, _server.Requests.Count);
        Assert.Equal(CollateralEventKind.Unchanged, _events[^1].Kind);
    }

    [Fact]
    public async Task RefreshDue_NewerCollateral_ReplacesInMemoryAndFolder()
    {
        _server.Collateral = _pki.Make();
        using CollateralCache cache = Open();
        await GetAsync(cache);
        _server.Collateral = _pki.Make(new CollateralShape { Issued = CollateralFixture.Issued.AddDays(2), Evaluation = 21 });
        _clock.Advance(TimeSpan.FromDays(2));

        await RefreshAsync(cache);

        Assert.Equal(_server.Collateral.TcbInfo.ToArray(), cache.Find(CollateralFixture.Platform)!.TcbInfo.ToArray());
        using CollateralCache reopened = Open();
        Assert.Equal(_server.Collateral.TcbInfo.ToArray(), reopened.Find(CollateralFixture.Platform)!.TcbInfo.ToArray());
        Assert.Equal(21, Assert.Single(reopened.Report()).TcbEvaluationDataNumber);
    }

    [Fact]
    public async Task RefreshDue_LowerEvaluation_IsARollbackAndChangesNothing()
    {
        QuoteCollateral held = await HoldAsync(new CollateralShape { Evaluation = 21 }, out CollateralCache cache);
        using (cache)
        {
            // Even of a later date: that is what an old evaluation looks like when it is still issued.
            _server.Collateral = _pki.Make(new CollateralShape { Issued = CollateralFixture.Issued.AddDays(2), Evaluation = 20, ListIssued = CollateralFixture.Issued, RootListIssued = CollateralFixture.Issued });
            _clock.Advance(TimeSpan.FromDays(2));
            await RefreshAsync(cache);

            Assert.Same(held, cache.Find(CollateralFixture.Platform));
            Assert.Equal(CollateralEventKind.RolledBack, _events[^1].Kind);
            Assert.Contains("20 after 21", _events[^1].Message, StringComparison.Ordinal);
            Assert.Contains("rolled back", Assert.Single(cache.Report()).LastFailure, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task RefreshDue_EarlierDate_ChangesNothing()
    {
        QuoteCollateral held = await HoldAsync(new CollateralShape { Issued = CollateralFixture.Issued.AddDays(1) }, out CollateralCache cache);
        using (cache)
        {
            _server.Collateral = _pki.Make();
            _clock.Advance(TimeSpan.FromDays(1));
            await RefreshAsync(cache);

            Assert.Same(held, cache.Find(CollateralFixture.Platform));
            Assert.Equal(CollateralEventKind.Unchanged, _events[^1].Kind);
        }
    }

    [Fact]
    public async Task RefreshDue_PartsOfDifferentAge_KeepsTheNewestOfEach()
    {
        QuoteCollateral held = await HoldAsync(new CollateralShape { Issued = CollateralFixture.Issued.AddDays(1), ListIssued = CollateralFixture.Issued, Revoked = 1 }, out CollateralCache cache);
        using (cache)
        {
            QuoteCollateral served = _server.Collateral = _pki.Make(new CollateralShape { ListIssued = CollateralFixture.Issued.AddDays(2), Revoked = 9, RootListIssued = CollateralFixture.Issued.AddDays(-5) });
            _clock.Advance(TimeSpan.FromDays(2));
            await RefreshAsync(cache);

            QuoteCollateral now = cache.Find(CollateralFixture.Platform)!;
            Assert.Equal(held.TcbInfo.ToArray(), now.TcbInfo.ToArray());
            Assert.Equal(held.QeIdentity.ToArray(), now.QeIdentity.ToArray());
            Assert.Equal(served.PckCrl.ToArray(), now.PckCrl.ToArray());
            Assert.Equal(held.RootCaCrl.ToArray(), now.RootCaCrl.ToArray());
        }
    }

    [Fact]
    public async Task RefreshDue_SourceDown_ServesOnAndBacksOffWithACap()
    {
        QuoteCollateral held = await HoldAsync(new CollateralShape(), out CollateralCache cache);
        using (cache)
        {
            _server.Collateral = null;
            _clock.Advance(TimeSpan.FromDays(1));
            int asked = _server.Requests.Count;
            List<TimeSpan> pauses = [];
            DateTimeOffset last = _clock.Now;
            for (int failures = 0; failures < 10;)
            {
                await RefreshAsync(cache);
                if (_server.Requests.Count > asked)
                {
                    (asked, failures) = (_server.Requests.Count, failures + 1);
                    pauses.Add(_clock.Now - last);
                    last = _clock.Now;
                }
                else
                {
                    _clock.Advance(TimeSpan.FromSeconds(30));
                }
            }

            Assert.Equal(new double[] { 0, 0.5, 1, 2, 4, 8, 16, 32, 60, 60 }, pauses.Select(pause => pause.TotalMinutes));
            Assert.Same(held, cache.Find(CollateralFixture.Platform));
            Assert.Same(held, await GetAsync(cache));
        }
    }

    [Fact]
    public async Task Report_AsTimePasses_GoesFromFreshOverAlarmToExpired()
    {
        await HoldAsync(new CollateralShape(), out CollateralCache cache);
        using (cache)
        {
            _server.Collateral = null;
            Assert.Equal((CollateralStaleness.Fresh, null), Stand(cache));
            _clock.Advance(TimeSpan.FromDays(22));
            Assert.Equal(CollateralStaleness.Fresh, Stand(cache).Staleness);
            _clock.Advance(TimeSpan.FromDays(1));
            Assert.Equal(CollateralStaleness.RefreshOverdue, Stand(cache).Staleness);
            await RefreshAsync(cache);
            Assert.Contains("404", Stand(cache).Complaint, StringComparison.Ordinal);
            _clock.Advance(TimeSpan.FromDays(6));
            Assert.Equal(CollateralStaleness.RefreshOverdue, Stand(cache).Staleness);
            Assert.NotNull(await GetAsync(cache));
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(CollateralStaleness.Expired, Stand(cache).Staleness);
            // The verifier judges what Find gives; GetAsync promises something in date.
            Assert.NotNull(cache.Find(CollateralFixture.Platform));
            await Assert.ThrowsAsync<CollateralUnavailableException>(() => GetAsync(cache));
        }
    }

    [Fact]
    public async Task GetAsync_SourceGivesExpired_Throws()
    {
        _server.Collateral = _pki.Make(new CollateralShape { Issued = CollateralFixture.Issued.AddDays(-60) });
        using CollateralCache cache = Open();

        CollateralUnavailableException fault = await Assert.ThrowsAsync<CollateralUnavailableException>(() => GetAsync(cache));

        Assert.Contains("ran out", fault.Message, StringComparison.Ordinal);
        Assert.Equal(CollateralStaleness.Expired, Stand(cache).Staleness);
    }

    [Fact]
    public async Task GetAsync_AfterAFailure_DoesNotAskAgainAtOnce()
    {
        using CollateralCache cache = Open();
        await Assert.ThrowsAsync<CollateralUnavailableException>(() => GetAsync(cache));
        int asked = _server.Requests.Count;
        await Assert.ThrowsAsync<CollateralUnavailableException>(() => GetAsync(cache));
        Assert.Equal(asked, _server.Requests.Count);
        Assert.Equal(CollateralStaleness.Missing, Stand(cache).Staleness);

        _server.Collateral = _pki.Make();
        _clock.Advance(TimeSpan.FromSeconds(30));
        Assert.NotNull(await GetAsync(cache));
    }

    [Fact]
    public async Task RunAsync_PlatformThatWasLookedFor_IsFetchedInTheBackground()
    {
        _server.Collateral = _pki.Make();
        using CollateralCache cache = Open();
        using CancellationTokenSource stop = new(s_patience);
        Task running = cache.RunAsync(stop.Token);

        Assert.Null(cache.Find(CollateralFixture.Platform));
        while (cache.Find(CollateralFixture.Platform) is null)
            await Task.Delay(10, stop.Token);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Find_InventedPlatforms_ArePushedOutNotPiledUp()
    {
        _server.Collateral = _pki.Make();
        using CollateralCache cache = Open(new CollateralCacheOptions { MaxPlatforms = 3, Root = _pki.Root, Observer = _events.Add });
        await GetAsync(cache);
        for (int i = 0; i < 50; i++)
        {
            Assert.Null(cache.Find(new PlatformId($"{i:x12}", PckAuthority.Platform)));
            await RefreshAsync(cache);
        }

        Assert.True(cache.Report().Count <= 3);
        Assert.NotNull(cache.Find(CollateralFixture.Platform));
        Assert.Null(cache.Find(new PlatformId("../../x", PckAuthority.Platform)));
        Assert.Null(cache.Find(default));
    }

    [Fact]
    public void Find_MorePlatformsThanAreHeld_IsReported()
    {
        using CollateralCache cache = Open(new CollateralCacheOptions { MaxPlatforms = 2, Root = _pki.Root, Observer = _events.Add });
        for (int i = 0; i < 3; i++)
            cache.Find(new PlatformId($"{i:x12}", PckAuthority.Platform));

        Assert.Equal([CollateralEventKind.TooManyPlatforms], _events.Select(e => e.Kind));
    }

    [Fact]
    public void Open_TimesThatContradict_Throws() =>
        Assert.Throws<ArgumentException>(() => Open(new CollateralCacheOptions { AlarmBefore = TimeSpan.FromDays(20) }));

    private CollateralCache Open(CollateralCacheOptions? options = null) => CollateralCache.Open(
        _client, options ?? new CollateralCacheOptions { Folder = _folder.Path, Root = _pki.Root, Observer = _events.Add }, _clock);

    private Task<QuoteCollateral> HoldAsync(CollateralShape shape, out CollateralCache cache)
    {
        _server.Collateral = _pki.Make(shape);
        cache = Open();
        return GetAsync(cache);
    }

    private static Task<QuoteCollateral> GetAsync(CollateralCache cache) =>
        cache.GetAsync(CollateralFixture.Platform, CancellationToken.None).AsTask().WaitAsync(s_patience);

    private static Task RefreshAsync(CollateralCache cache) => cache.RefreshDueAsync(CancellationToken.None).WaitAsync(s_patience);

    private static (CollateralStaleness Staleness, string? Complaint) Stand(CollateralCache cache)
    {
        CollateralReport report = Assert.Single(cache.Report());
        return (report.Staleness, report.Complaint);
    }
}
