using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using TeeTee.Attestation.Collateral;

namespace TeeTee.Attestation.Tests.Collateral;

/// <summary>A real HTTP server that plays a certification service or a cache of one, well or badly.</summary>
internal sealed class CertificationServer : IAsyncDisposable
{
    public const string PckCrlPath = "/sgx/certification/v4/pckcrl";
    public const string RootCrlPath = "/sgx/certification/v4/rootcacrl";
    public const string PublishedRootCrlPath = "/content/root.der";
    public const string TcbPath = "/tdx/certification/v4/tcb";
    public const string QePath = "/tdx/certification/v4/qe/identity";

    private readonly WebApplication _application;

    private CertificationServer(WebApplication application) => _application = application;

    public Uri Address { get; private set; } = null!;

    /// <summary>What is served; null answers 404 to everything.</summary>
    public QuoteCollateral? Collateral { get; set; }

    /// <summary>A cache serves the root's list itself, in hex; the service publishes it apart.</summary>
    public bool IsCache { get; set; } = true;

    /// <summary>How lists are written: "der", "pem" or "hex".</summary>
    public string ListForm { get; set; } = "der";

    /// <summary>Answers in place of the ordinary answer; by path.</summary>
    public Dictionary<string, Func<HttpContext, Task>> Instead { get; } = [];

    /// <summary>Path and query of each request.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Requests { get; } = new();

    public static async Task<CertificationServer> StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        WebApplication application = builder.Build();
        CertificationServer server = new(application);
        application.Run(server.AnswerAsync);
        await application.StartAsync();
        server.Address = new Uri(application.Urls.Single());
        return server;
    }

    public ValueTask DisposeAsync() => _application.DisposeAsync();

    /// <summary>The exact body of a document's answer.</summary>
    public static byte[] Document(string name, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> signature) =>
        [.. System.Text.Encoding.UTF8.GetBytes($"{{\"{name}\":"), .. document.Span, .. System.Text.Encoding.UTF8.GetBytes($",\"signature\":\"{Convert.ToHexStringLower(signature.Span)}\"}}")];

    private async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path;
        Requests.Enqueue(path + context.Request.QueryString);
        if (Instead.TryGetValue(path, out Func<HttpContext, Task>? instead))
            await instead(context);
        else if (Collateral is { } collateral)
            await AnswerAsync(context, path, collateral);
        else
            context.Response.StatusCode = 404;
    }

    private Task AnswerAsync(HttpContext context, string path, QuoteCollateral collateral) => path switch
    {
        PckCrlPath => Write(context, List(collateral.PckCrl, ListForm), "SGX-PCK-CRL-Issuer-Chain", collateral.PckCrlIssuerChain),
        TcbPath => Write(context, Document("tcbInfo", collateral.TcbInfo, collateral.TcbInfoSignature), "TCB-Info-Issuer-Chain", collateral.TcbInfoIssuerChain),
        QePath => Write(context, Document("enclaveIdentity", collateral.QeIdentity, collateral.QeIdentitySignature), "SGX-Enclave-Identity-Issuer-Chain", collateral.QeIdentityIssuerChain),
        RootCrlPath when IsCache => Write(context, List(collateral.RootCaCrl, ListForm == "der" ? "hex" : ListForm), null, default),
        PublishedRootCrlPath when !IsCache => Write(context, collateral.RootCaCrl.ToArray(), null, default),
        _ => NotFound(context),
    };

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = 404;
        return Task.CompletedTask;
    }

    private static async Task Write(HttpContext context, byte[] body, string? header, ReadOnlyMemory<byte> chain)
    {
        if (header is not null)
            context.Response.Headers[header] = Uri.EscapeDataString(System.Text.Encoding.ASCII.GetString(chain.Span));
        await context.Response.Body.WriteAsync(body);
    }

    private static byte[] List(ReadOnlyMemory<byte> der, string form) => form switch
    {
        "pem" => System.Text.Encoding.ASCII.GetBytes("-----BEGIN X509 CRL-----\n" + Convert.ToBase64String(der.Span, Base64FormattingOptions.InsertLineBreaks) + "\n-----END X509 CRL-----\n"),
        "hex" => System.Text.Encoding.ASCII.GetBytes(Convert.ToHexStringLower(der.Span)),
        _ => der.ToArray(),
    };
}
