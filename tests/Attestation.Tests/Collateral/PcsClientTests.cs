using System.Text;
using Microsoft.AspNetCore.Http;
using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Tests.Collateral;

public sealed class PcsClientTests : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly CollateralFixture _pki = new();
    private CertificationServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await CertificationServer.StartAsync();
        _server.Collateral = _pki.Make();
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _pki.Dispose();
    }

    [Theory]
    [InlineData("der")]
    [InlineData("pem")]
    [InlineData("hex")]
    public async Task FetchAsync_Cache_GivesTheExactParts(string form)
    {
        _server.ListForm = form;

        QuoteCollateral fetched = await FetchAsync();

        Assert.Equal(_server.Collateral!.Write(), fetched.Write());
    }

    [Theory]
    [InlineData(TcbUpdate.Standard, "standard", "")]
    [InlineData(TcbUpdate.Early, "early", "/sgx/certification/v4/")]
    public async Task FetchAsync_Requests_AreThoseOfVersion4(TcbUpdate update, string text, string suffix)
    {
        await FetchAsync(Options() with { Update = update, BaseUrls = [new Uri(_server.Address, suffix)] });

        Assert.Equal(
            [
                "/sgx/certification/v4/pckcrl?ca=platform&encoding=der", $"/tdx/certification/v4/tcb?fmspc={CollateralFixture.Fmspc}&update={text}",
                $"/tdx/certification/v4/qe/identity?update={text}", "/sgx/certification/v4/rootcacrl",
            ],
            _server.Requests);
    }

    [Fact]
    public async Task FetchAsync_ProcessorAuthority_IsAskedFor()
    {
        _server.Collateral = _pki.Make(new CollateralShape { Authority = PckAuthority.Processor });

        QuoteCollateral fetched = await FetchAsync(platform: new PlatformId(CollateralFixture.Fmspc, PckAuthority.Processor));

        Assert.Contains("/sgx/certification/v4/pckcrl?ca=processor&encoding=der", _server.Requests);
        Assert.Equal(_server.Collateral.PckCrl.ToArray(), fetched.PckCrl.ToArray());
    }

    [Fact]
    public async Task FetchAsync_ServiceWithoutRootList_FollowsThePinnedRootsOwnAddress()
    {
        using CollateralFixture pki = new(new Uri(_server.Address, CertificationServer.PublishedRootCrlPath));
        _server.IsCache = false;
        _server.Collateral = pki.Make();

        QuoteCollateral fetched = await FetchAsync(Options() with { Root = pki.Root });

        Assert.Equal(_server.Collateral.RootCaCrl.ToArray(), fetched.RootCaCrl.ToArray());
        Assert.Contains(CertificationServer.PublishedRootCrlPath, _server.Requests);
        await RefusedAsync("names no other place", Options());
    }

    [Fact]
    public async Task FetchAsync_RootListAddress_IsAskedInstead()
    {
        _server.IsCache = false;

        await FetchAsync(Options() with { RootCrlUrl = new Uri(_server.Address, CertificationServer.PublishedRootCrlPath) });

        Assert.DoesNotContain(CertificationServer.RootCrlPath, _server.Requests);
    }

    [Fact]
    public async Task FetchAsync_FirstServiceDown_AsksTheNext()
    {
        await using CertificationServer down = await CertificationServer.StartAsync();

        QuoteCollateral fetched = await FetchAsync(Options() with { BaseUrls = [new Uri("http://127.0.0.1:1"), down.Address, _server.Address] });

        Assert.Equal(_server.Collateral!.TcbInfo.ToArray(), fetched.TcbInfo.ToArray());
        CollateralUnavailableException fault = await RefusedAsync("404", Options() with { BaseUrls = [new Uri("http://127.0.0.1:1"), down.Address] });
        Assert.Contains("http://127.0.0.1:1", fault.Message, StringComparison.Ordinal);
        Assert.Contains(down.Address.Authority, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FetchAsync_SlowAnswer_EndsAtTheDeadline()
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Instead[CertificationServer.TcbPath] = async context =>
        {
            await context.Response.Body.WriteAsync("{\"tcbInfo\":"u8.ToArray());
            await context.Response.Body.FlushAsync();
            using CancellationTokenRegistration registration = context.RequestAborted.Register(() => ended.TrySetResult());
            await ended.Task;
        };

        await RefusedAsync("did not answer within 0.5 s", Options() with { Timeout = TimeSpan.FromMilliseconds(500) });

        // The connection was given up, so the server sees it too.
        await ended.Task.WaitAsync(s_patience);
    }

    [Fact]
    public async Task FetchAsync_CallerGivesUp_IsCancelled()
    {
        using CancellationTokenSource source = new();
        _server.Instead[CertificationServer.TcbPath] = async context =>
        {
            await source.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        using PcsClient client = new(Options(), TimeProvider.System);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.FetchAsync(CollateralFixture.Platform, source.Token).WaitAsync(s_patience));
    }

    [Theory]
    [InlineData(CertificationServer.PckCrlPath)]
    [InlineData(CertificationServer.RootCrlPath)]
    [InlineData(CertificationServer.TcbPath)]
    [InlineData(CertificationServer.QePath)]
    public async Task FetchAsync_OversizedAnswer_IsRefused(string path)
    {
        _server.Instead[path] = async context =>
        {
            byte[] piece = new byte[64 * 1024];
            for (int i = 0; i < 64; i++)
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
        };

        await RefusedAsync("more than 1048576 bytes", Options());
    }

    [Theory]
    [InlineData(CertificationServer.PckCrlPath)]
    [InlineData(CertificationServer.RootCrlPath)]
    [InlineData(CertificationServer.TcbPath)]
    [InlineData(CertificationServer.QePath)]
    public async Task FetchAsync_Redirect_IsRefusedAndNotFollowed(string path)
    {
        _server.Instead[path] = context =>
        {
            context.Response.Redirect("/elsewhere");
            return Task.CompletedTask;
        };

        await RefusedAsync("302", Options());

        Assert.DoesNotContain("/elsewhere", _server.Requests);
    }

    [Theory]
    [InlineData(CertificationServer.PckCrlPath)]
    [InlineData(CertificationServer.RootCrlPath)]
    [InlineData(CertificationServer.TcbPath)]
    [InlineData(CertificationServer.QePath)]
    public async Task FetchAsync_TruncatedAnswer_IsRefused(string path)
    {
        _server.Instead[path] = async context =>
        {
            context.Response.ContentLength = 1000;
            await context.Response.Body.WriteAsync(new byte[10]);
            await context.Response.Body.FlushAsync();
            context.Abort();
        };

        await RefusedAsync(path, Options());
    }

    [Theory]
    [InlineData(CertificationServer.PckCrlPath)]
    [InlineData(CertificationServer.TcbPath)]
    [InlineData(CertificationServer.QePath)]
    public async Task FetchAsync_NoChainHeader_IsRefused(string path)
    {
        QuoteCollateral collateral = _server.Collateral!;
        _server.Instead[path] = context => context.Response.Body.WriteAsync(path switch
        {
            CertificationServer.PckCrlPath => collateral.PckCrl,
            CertificationServer.TcbPath => CertificationServer.Document("tcbInfo", collateral.TcbInfo, collateral.TcbInfoSignature),
            _ => CertificationServer.Document("enclaveIdentity", collateral.QeIdentity, collateral.QeIdentitySignature),
        }).AsTask();

        await RefusedAsync("without the header", Options());
    }

    [Fact]
    public async Task FetchAsync_HeadersBeyondTheBound_AreRefused()
    {
        _server.Instead[CertificationServer.PckCrlPath] = context =>
        {
            context.Response.Headers["SGX-PCK-CRL-Issuer-Chain"] = new string('x', 100_000);
            return Task.CompletedTask;
        };

        await RefusedAsync(CertificationServer.PckCrlPath, Options());
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"tcbInfo\":{}}")]
    [InlineData("{\"tcbInfo\":[],\"signature\":\"\"}")]
    [InlineData("{\"tcbInfo\":{},\"signature\":\"00\"}")]
    [InlineData("{\"tcbInfo\":{},\"tcbInfo\":{},\"signature\":\"00\"}")]
    [InlineData("{\"tcbInfo\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}}}}}}}}}}}}},\"signature\":\"00\"}")]
    public async Task FetchAsync_NoTcbInfo_IsRefused(string body)
    {
        _server.Instead[CertificationServer.TcbPath] = async context =>
        {
            context.Response.Headers["TCB-Info-Issuer-Chain"] = "x";
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body));
        };

        await RefusedAsync("TCB info", Options());
    }

    [Fact]
    public async Task FetchAsync_OtherThanAskedFor_IsRefused()
    {
        await ServedAsync(new CollateralShape { Fmspc = "90c06f000000" }, "was asked for");
        await ServedAsync(new CollateralShape { TcbId = "SGX" }, "not TDX and TD_QE");
        await ServedAsync(new CollateralShape { QeId = "QE" }, "not TDX and TD_QE");
        await ServedAsync(new CollateralShape { Authority = PckAuthority.Processor }, "Platform's was asked for");
    }

    [Fact]
    public async Task FetchAsync_ForgedPart_IsRefused()
    {
        QuoteCollateral good = _server.Collateral!;
        using CollateralFixture stranger = new();
        QuoteCollateral foreign = stranger.Make();
        QuoteCollateral[] forged =
        [
            good with { TcbInfo = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(good.TcbInfo.Span).Replace("\"tcbEvaluationDataNumber\":20", "\"tcbEvaluationDataNumber\":99")) },
            good with { TcbInfo = Encoding.UTF8.GetBytes(System.Text.Json.Nodes.JsonNode.Parse(good.TcbInfo.Span)!.ToJsonString()) },
            good with { QeIdentitySignature = good.TcbInfoSignature },
            good with { TcbInfo = foreign.TcbInfo, TcbInfoSignature = foreign.TcbInfoSignature },
            good with { TcbInfo = foreign.TcbInfo, TcbInfoSignature = foreign.TcbInfoSignature, TcbInfoIssuerChain = foreign.TcbInfoIssuerChain },
            good with { PckCrl = foreign.PckCrl },
            good with { PckCrl = foreign.PckCrl, PckCrlIssuerChain = foreign.PckCrlIssuerChain },
            good with { RootCaCrl = foreign.RootCaCrl },
        ];
        foreach (QuoteCollateral served in forged)
        {
            _server.Collateral = served;
            await RefusedAsync("", Options());
        }
        _server.Collateral = foreign;
        await RefusedAsync("RootCrl", Options());
        Assert.NotNull(await FetchAsync(Options() with { Root = stranger.Root }));
    }

    [Theory]
    [InlineData("ftp://host/")]
    [InlineData("http://user:secret@host/")]
    [InlineData("http://host/?x=1")]
    [InlineData("http://host/#x")]
    public void New_OtherAddress_Throws(string address) =>
        Assert.Throws<ArgumentException>(() => new PcsClient(new PcsOptions { BaseUrls = [new Uri(address)] }, TimeProvider.System));

    [Fact]
    public void New_NoAddress_Throws() =>
        Assert.Throws<ArgumentException>(() => new PcsClient(new PcsOptions { BaseUrls = [] }, TimeProvider.System));

    [Theory]
    [InlineData("")]
    [InlineData("00806F050000")]
    [InlineData("../../../etc")]
    [InlineData("00806f05000&a=b")]
    public async Task FetchAsync_NoPlatform_Throws(string fmspc)
    {
        using PcsClient client = new(Options(), TimeProvider.System);

        await Assert.ThrowsAsync<ArgumentException>(() => client.FetchAsync(new PlatformId(fmspc, PckAuthority.Platform), CancellationToken.None));
    }

    private PcsOptions Options() => new() { BaseUrls = [_server.Address], Root = _pki.Root };

    private async Task ServedAsync(CollateralShape shape, string cause)
    {
        _server.Collateral = _pki.Make(shape);
        await RefusedAsync(cause, Options());
    }

    private Task<QuoteCollateral> FetchAsync(PcsOptions? options = null, PlatformId? platform = null) => FetchAsync(options ?? Options(), platform ?? CollateralFixture.Platform);

    private static async Task<QuoteCollateral> FetchAsync(PcsOptions options, PlatformId platform)
    {
        using PcsClient client = new(options, TimeProvider.System);
        return await client.FetchAsync(platform, CancellationToken.None).WaitAsync(s_patience);
    }

    private static async Task<CollateralUnavailableException> RefusedAsync(string cause, PcsOptions options)
    {
        CollateralUnavailableException fault = await Assert.ThrowsAsync<CollateralUnavailableException>(() => FetchAsync(options, CollateralFixture.Platform));
        Assert.Contains(cause, fault.Message, StringComparison.Ordinal);
        return fault;
    }
}
