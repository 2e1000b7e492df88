using Microsoft.AspNetCore.Http;
using TeeTee.Attestation.EventLogs;
using TeeTee.Attestation.Quotes;
using TeeTee.Attestation.Sources;
using TeeTee.Attestation.Sources.Simulator;

namespace TeeTee.Attestation.Tests.Sources;

/// <summary>Both generations of dstack's agent, over a real unix socket.</summary>
public sealed class GuestAgentSourceTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);
    private GuestAgent _agent = null!;

    public static TheoryData<string> Kinds => ["dstack", "tappd"];

    public async Task InitializeAsync() => _agent = await GuestAgent.StartAsync();

    public Task DisposeAsync() => _agent.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetQuoteAsync_Agent_GivesAQuoteOverTheReportData(string kind)
    {
        using IDisposable owner = Open(kind, out IEvidenceSource source);

        byte[] quote = await source.GetQuoteAsync(QuoteFixture.ReportData, CancellationToken.None).WaitAsync(s_patience);

        Assert.Equal("tdx", source.TeeType);
        Assert.Null(QuoteFixture.Verify(quote).Error);
        Assert.Equal(Convert.ToHexStringLower(QuoteFixture.ReportData), Assert.Single(_agent.Requests).Body.GetProperty("report_data").GetString());
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetEvidenceAsync_Agent_KeepsTheEventLog(string kind)
    {
        using IDisposable owner = Open(kind, out IEvidenceSource source);
        Assert.Null(source.Latest);

        GuestEvidence evidence = await source.GetEvidenceAsync(QuoteFixture.ReportData, CancellationToken.None).WaitAsync(s_patience);

        Assert.Same(evidence, source.Latest);
        Assert.True(EventLog.TryRead(evidence.EventLog, out EventLog? log, out _));
        Assert.Empty(log.Events);
        Assert.Equal(kind == "dstack" ? "{\"cpu_count\":2}" : "", evidence.VmConfig);
    }

    [Fact]
    public async Task GetQuoteAsync_TappdWithoutRawQuote_AsksForARawTdxQuote()
    {
        _agent.Calls.Remove("/prpc/Tappd.RawQuote");
        using TappdQuoteSource source = new(_agent.Socket, TimeProvider.System);

        byte[] quote = await source.GetQuoteAsync(QuoteFixture.ReportData, CancellationToken.None).WaitAsync(s_patience);

        Assert.Null(QuoteFixture.Verify(quote).Error);
        Assert.Equal(["/prpc/Tappd.RawQuote", "/prpc/Tappd.TdxQuote"], _agent.Requests.Select(request => request.Path));
        Assert.Equal("raw", _agent.Requests[1].Body.GetProperty("hash_algorithm").GetString());
    }

    [Fact]
    public async Task GetQuoteAsync_TappdThatHashesAllTheSame_IsRefused()
    {
        // What an agent gives that does not know "raw": a good quote, over something else.
        _agent.Quote = data => QuoteFixture.Source.Make(System.Security.Cryptography.SHA512.HashData([.. "app-data:"u8, .. data]), SimulatedQuoteShape.Ordinary);
        using TappdQuoteSource source = new(_agent.Socket, TimeProvider.System);

        await RefusedAsync(source, "was asked for");
        Assert.Null(source.Latest);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetQuoteAsync_QuoteOverOtherData_IsNotHandedOut(string kind)
    {
        _agent.Quote = _ => QuoteFixture.Source.Make(new byte[64], SimulatedQuoteShape.Ordinary);
        using IDisposable owner = Open(kind, out IEvidenceSource source);

        await RefusedAsync(source, "was asked for");
    }

    [Fact]
    public async Task GetQuoteAsync_AgentThatSaysOtherReportData_IsRefused()
    {
        _agent.Echo = new string('0', 128);
        using DstackQuoteSource source = new(_agent.Socket, TimeProvider.System);

        await RefusedAsync(source, "other report data");
    }

    [Theory]
    [InlineData("dstack", 400)]
    [InlineData("dstack", 404)]
    [InlineData("dstack", 500)]
    [InlineData("tappd", 404)]
    [InlineData("tappd", 500)]
    [InlineData("tappd", 302)]
    public async Task GetQuoteAsync_ErrorStatus_TellsStatusAndReason(string kind, int status)
    {
        _agent.Instead = async context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "/elsewhere";
            await context.Response.WriteAsync("{\"error\":\"no\nquote\"}");
        };
        using IDisposable owner = Open(kind, out IEvidenceSource source);

        await RefusedAsync(source, $"status {status}: {{\"error\":\"no quote\"}}");
        Assert.DoesNotContain(_agent.Requests, request => request.Path == "/elsewhere");
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"quote\":7}")]
    [InlineData("{\"quote\":\"zz\"}")]
    [InlineData("{\"quote\":\"\"}")]
    [InlineData("{\"quote\":\"0400\"}")]
    [InlineData("{\"quote\":null}")]
    [InlineData("{\"quote\":\"00\",\"quote\":\"00\"}")]
    public async Task GetQuoteAsync_NoQuoteInTheAnswer_IsRefused(string body)
    {
        _agent.Instead = context => context.Response.WriteAsync(body);
        using DstackQuoteSource source = new(_agent.Socket, TimeProvider.System);

        await RefusedAsync(source, _agent.Socket);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetQuoteAsync_OversizedAnswer_IsRefused(string kind)
    {
        _agent.Instead = async context =>
        {
            byte[] piece = new byte[64 * 1024];
            for (int i = 0; i < 100; i++)
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        };
        using IDisposable owner = Open(kind, out IEvidenceSource source);

        await RefusedAsync(source, "more than");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetQuoteAsync_ConnectionCut_IsAnIoFault(string kind)
    {
        _agent.Instead = async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync(new byte[10]);
            await context.Response.Body.FlushAsync();
            context.Abort();
        };
        using IDisposable owner = Open(kind, out IEvidenceSource source);

        await RefusedAsync(source, "");
    }

    [Fact]
    public async Task GetQuoteAsync_CallerGivesUp_IsCancelled()
    {
        using CancellationTokenSource stop = new();
        _agent.Instead = async context =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        using DstackQuoteSource source = new(_agent.Socket, TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.GetQuoteAsync(QuoteFixture.ReportData, stop.Token).WaitAsync(s_patience));
    }

    [Fact]
    public async Task GetQuoteAsync_NoSocket_NamesIt()
    {
        string absent = _agent.Socket + "-absent";
        using DstackQuoteSource source = new(absent, TimeProvider.System);

        await RefusedAsync(source, absent);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GetQuoteAsync_OtherLength_Throws(string kind)
    {
        using IDisposable owner = Open(kind, out IEvidenceSource source);

        await Assert.ThrowsAsync<ArgumentException>(() => source.GetQuoteAsync(new byte[63], CancellationToken.None));
        Assert.Empty(_agent.Requests);
    }

    [Fact]
    public void New_PathTooLongForASocket_Throws()
    {
        Assert.ThrowsAny<ArgumentException>(() => new DstackQuoteSource("/" + new string('x', 300), TimeProvider.System));
        Assert.ThrowsAny<ArgumentException>(() => new TappdQuoteSource("", TimeProvider.System));
    }

    [Fact]
    public async Task OpenHardware_Kinds_AreOpenedAtTheirPath()
    {
        using (IDisposable dstack = (IDisposable)QuoteSourceFactory.OpenHardware(TeeKind.Dstack, _agent.Socket, TimeProvider.System))
            Assert.NotEmpty(await ((IQuoteSource)dstack).GetQuoteAsync(QuoteFixture.ReportData, CancellationToken.None).WaitAsync(s_patience));
        using (IDisposable tappd = (IDisposable)QuoteSourceFactory.OpenHardware(TeeKind.Tappd, _agent.Socket, TimeProvider.System))
            Assert.IsType<TappdQuoteSource>(tappd);
        using (IDisposable configFs = (IDisposable)QuoteSourceFactory.OpenHardware(TeeKind.ConfigFs, Path.GetDirectoryName(_agent.Socket), TimeProvider.System))
            Assert.IsType<ConfigFsQuoteSource>(configFs);
    }

    [Fact]
    public void OpenHardware_NothingThere_NamesThePath()
    {
        Assert.Contains("absent", Assert.Throws<IOException>(() => QuoteSourceFactory.OpenHardware(TeeKind.Dstack, "/absent.sock", TimeProvider.System)).Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => QuoteSourceFactory.OpenHardware(TeeKind.ConfigFs, _agent.Socket, TimeProvider.System));
        Assert.Throws<ArgumentOutOfRangeException>(() => QuoteSourceFactory.OpenHardware(TeeKind.Simulator, null, TimeProvider.System));
    }

    private IDisposable Open(string kind, out IEvidenceSource source)
    {
        source = kind == "dstack" ? new DstackQuoteSource(_agent.Socket, TimeProvider.System) : new TappdQuoteSource(_agent.Socket, TimeProvider.System);
        return (IDisposable)source;
    }

    private static async Task RefusedAsync(IEvidenceSource source, string cause)
    {
        IOException fault = await Assert.ThrowsAnyAsync<IOException>(() => source.GetQuoteAsync(QuoteFixture.ReportData, CancellationToken.None).WaitAsync(s_patience));
        Assert.Contains(cause, fault.Message, StringComparison.Ordinal);
    }
}
