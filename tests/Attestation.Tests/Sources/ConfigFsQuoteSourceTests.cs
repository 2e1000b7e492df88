using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.Attestation.Tests.Sources;

public sealed class ConfigFsQuoteSourceTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);
    private readonly FakeConfigFs _kernel = new();

    public void Dispose() => _kernel.Dispose();

    [Fact]
    public async Task GetQuoteAsync_QuietMachine_GivesAQuoteOverTheReportData()
    {
        byte[] quote = await GetAsync();

        Assert.Null(QuoteFixture.Verify(quote).Error);
        Assert.Equal([QuoteFixture.ReportData], _kernel.Written);
        Assert.Equal(1, _kernel.Requests);
        Assert.Empty(_kernel.Entries);
    }

    [Fact]
    public async Task GetQuoteAsync_PaddedOutblob_IsCutToTheQuote()
    {
        _kernel.Quote = data => [.. QuoteFixture.Source.Make(data, SimulatedQuoteShape.Ordinary), .. new byte[3065]];

        byte[] quote = await GetAsync();

        Assert.True(TdxQuote.TryParse(quote, out TdxQuote? parsed, out _));
        Assert.Equal(parsed.Length, quote.Length);
    }

    [Fact]
    public async Task GetQuoteAsync_ManyAtOnce_EachGetsItsOwn()
    {
        using ConfigFsQuoteSource source = new(_kernel.Path, _kernel, TimeProvider.System);
        byte[][] data = [.. Enumerable.Range(0, 8).Select(i => Enumerable.Repeat((byte)i, 64).ToArray())];

        byte[][] quotes = await Task.WhenAll(data.Select(d => source.GetQuoteAsync(d, CancellationToken.None))).WaitAsync(s_patience);

        for (int i = 0; i < data.Length; i++)
        {
            Assert.True(TdxQuote.TryParse(quotes[i], out TdxQuote? parsed, out _));
            Assert.Equal(data[i], parsed.Report.ReportData.ToArray());
        }
        Assert.Empty(_kernel.Entries);
    }

    [Fact]
    public async Task GetQuoteAsync_CompetingWriterBeforeTheQuote_TriesAgain()
    {
        _kernel.Steps = request => request < 3 ? 2 : 1;

        Assert.Null(QuoteFixture.Verify(await GetAsync()).Error);
        Assert.Equal(3, _kernel.Requests);
        Assert.Empty(_kernel.Entries);
    }

    [Fact]
    public async Task GetQuoteAsync_CompetingWriterDuringTheQuote_DiscardsItAndTriesAgain()
    {
        _kernel.LateSteps = request => request < 3 ? 1 : 0;
        // What the other writer's request would give.
        _kernel.Quote = data => QuoteFixture.Source.Make(_kernel.Requests < 3 ? new byte[64] : data, SimulatedQuoteShape.Ordinary);

        Assert.Null(QuoteFixture.Verify(await GetAsync()).Error);
        Assert.Equal(3, _kernel.Requests);
        Assert.Empty(_kernel.Entries);
    }

    [Fact]
    public async Task GetQuoteAsync_GenerationThatDoesNotMove_IsNoQuote()
    {
        _kernel.Steps = request => request < 2 ? 0 : 1;

        await GetAsync();

        Assert.Equal(2, _kernel.Requests);
    }

    [Fact]
    public async Task GetQuoteAsync_EndlessContention_GivesUp()
    {
        _kernel.Steps = _ => 2;

        IOException fault = await Assert.ThrowsAsync<IOException>(GetAsync);

        Assert.Contains("busy 8 times", fault.Message, StringComparison.Ordinal);
        Assert.Equal(8, _kernel.Requests);
        Assert.Empty(_kernel.Entries);
    }

    [Theory]
    [InlineData(16, "mkdir")]
    [InlineData(16, "inblob")]
    [InlineData(16, "outblob")]
    [InlineData(4, "outblob")]
    [InlineData(11, "outblob")]
    [InlineData(110, "outblob")]
    [InlineData(16, "generation")]
    public async Task GetQuoteAsync_TransientError_TriesAgain(int error, string name)
    {
        _kernel.Errors = (request, used) => request < 3 && used == name ? error : 0;

        Assert.Null(QuoteFixture.Verify(await GetAsync()).Error);
        Assert.Equal(3, _kernel.Requests);
        Assert.Empty(_kernel.Entries);
    }

    [Theory]
    [InlineData(22, "inblob")]
    [InlineData(5, "outblob")]
    [InlineData(19, "mkdir")]
    public async Task GetQuoteAsync_OtherError_FailsAtOnce(int error, string name)
    {
        _kernel.Errors = (_, used) => used == name ? error : 0;

        await Assert.ThrowsAsync<IOException>(GetAsync);

        Assert.Equal(1, _kernel.Requests);
        Assert.Empty(_kernel.Entries);
    }

    [Theory]
    [InlineData("sev_guest\n")]
    [InlineData("arm_cca_guest\n")]
    [InlineData("")]
    public async Task GetQuoteAsync_OtherProvider_IsRefused(string provider)
    {
        _kernel.Provider = provider;

        IOException fault = await Assert.ThrowsAsync<IOException>(GetAsync);

        Assert.Contains("no TDX guest", fault.Message, StringComparison.Ordinal);
        Assert.Empty(_kernel.Written);
        Assert.Empty(_kernel.Entries);
    }

    [Fact]
    public async Task GetQuoteAsync_EmptyOutblob_BlamesTheHost()
    {
        _kernel.Quote = _ => [];

        IOException fault = await Assert.ThrowsAsync<IOException>(GetAsync);

        Assert.Contains("quote generation service", fault.Message, StringComparison.Ordinal);
        Assert.Empty(_kernel.Entries);
    }

    [Fact]
    public async Task GetQuoteAsync_QuoteOverOtherData_IsNotHandedOut()
    {
        _kernel.Quote = _ => QuoteFixture.Source.Make(new byte[64], SimulatedQuoteShape.Ordinary);

        IOException fault = await Assert.ThrowsAsync<IOException>(GetAsync);

        Assert.Contains("was asked for", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(70_000)]
    public async Task GetQuoteAsync_NoQuoteInOutblob_IsRefused(int length)
    {
        _kernel.Quote = _ => new byte[length];

        await Assert.ThrowsAsync<IOException>(GetAsync);
        Assert.Empty(_kernel.Entries);
    }

    [Fact]
    public async Task GetQuoteAsync_NoConfigFs_NamesThePath()
    {
        string absent = Path.Combine(_kernel.Path, "absent", "report");
        using ConfigFsQuoteSource source = new(absent, TimeProvider.System);

        IOException fault = await Assert.ThrowsAnyAsync<IOException>(() => source.GetQuoteAsync(QuoteFixture.ReportData, CancellationToken.None));

        Assert.Contains(absent, fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(absent));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    public async Task GetQuoteAsync_OtherLength_Throws(int length)
    {
        using ConfigFsQuoteSource source = new(_kernel.Path, _kernel, TimeProvider.System);

        await Assert.ThrowsAsync<ArgumentException>(() => source.GetQuoteAsync(new byte[length], CancellationToken.None));
        Assert.Equal(0, _kernel.Requests);
    }

    [Fact]
    public async Task GetQuoteAsync_CancelledBetweenTries_Stops()
    {
        using CancellationTokenSource stop = new();
        _kernel.Steps = request =>
        {
            if (request == 2)
                stop.Cancel();
            return 2;
        };
        using ConfigFsQuoteSource source = new(_kernel.Path, _kernel, TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.GetQuoteAsync(QuoteFixture.ReportData, stop.Token).WaitAsync(s_patience));
        Assert.Equal(2, _kernel.Requests);
    }

    [Fact]
    public async Task GetQuoteAsync_HostNeverAnswers_FailsAndHoldsUpOneRequestAlone()
    {
        using ManualResetEventSlim answer = new();
        _kernel.Quote = data =>
        {
            answer.Wait(s_patience);
            return QuoteFixture.Source.Make(data, SimulatedQuoteShape.Ordinary);
        };
        Tls.ManualClock clock = new();
        using ConfigFsQuoteSource source = new(_kernel.Path, _kernel, clock);

        IOException first = await Assert.ThrowsAsync<IOException>(() => LateAsync(source, clock));
        IOException second = await Assert.ThrowsAsync<IOException>(() => LateAsync(source, clock));
        int requests = _kernel.Requests;
        answer.Set();
        byte[] quote = await source.GetQuoteAsync(QuoteFixture.ReportData, CancellationToken.None).WaitAsync(s_patience);

        Assert.Contains("gave no quote within 30 s", first.Message, StringComparison.Ordinal);
        Assert.Contains("hangs", second.Message, StringComparison.Ordinal);
        Assert.Equal(1, requests);
        Assert.True(TdxQuote.TryParse(quote, out _, out _));
        Assert.Empty(_kernel.Entries);
    }

    private static async Task<byte[]> LateAsync(ConfigFsQuoteSource source, Tls.ManualClock clock)
    {
        Task<byte[]> asked = source.GetQuoteAsync(QuoteFixture.ReportData, CancellationToken.None);
        using CancellationTokenSource patience = new(s_patience);
        while (clock.Waiting == 0)
            await Task.Delay(1, patience.Token);
        clock.Advance(TimeSpan.FromSeconds(31));
        return await asked.WaitAsync(s_patience);
    }

    private Task<byte[]> GetAsync()
    {
        ConfigFsQuoteSource source = new(_kernel.Path, _kernel, TimeProvider.System);
        return source.GetQuoteAsync(QuoteFixture.ReportData, CancellationToken.None).WaitAsync(s_patience);
    }
}
