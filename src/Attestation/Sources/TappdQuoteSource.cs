using System.Net;
using System.Text;

namespace TeeTee.Attestation.Sources;

/// <summary>
/// Quotes through tappd, the guest agent of older dstack machines. Its ordinary call hashes what it is given, under a prefix: a quote over
/// anything but the 64 bytes asked for is worthless here, so <c>RawQuote</c> is called, or where that is missing <c>TdxQuote</c> with the algorithm "raw".
/// </summary>
public sealed class TappdQuoteSource : IEvidenceSource, IDisposable
{
    /// <summary>Where older dstack has the socket; the compose file must mount it.</summary>
    public const string DefaultPath = "/var/run/tappd.sock";

    private const string RawCall = "/prpc/Tappd.RawQuote";
    private const string TdxCall = "/prpc/Tappd.TdxQuote";

    private readonly string _path;
    private readonly AgentTransport _agent;
    private volatile GuestEvidence? _latest;

    /// <summary>A source over an agent's socket.</summary>
    /// <exception cref="ArgumentException">The path cannot be a socket's.</exception>
    public TappdQuoteSource(string path, TimeProvider clock)
    {
        _agent = new AgentTransport(path, clock);
        _path = path;
    }

    /// <inheritdoc/>
    public string TeeType => "tdx";

    /// <inheritdoc/>
    public GuestEvidence? Latest => _latest;

    /// <inheritdoc/>
    public async Task<byte[]> GetQuoteAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken) =>
        (await GetEvidenceAsync(reportData, cancellationToken).ConfigureAwait(false)).Quote.ToArray();

    /// <inheritdoc/>
    public async Task<GuestEvidence> GetEvidenceAsync(ReadOnlyMemory<byte> reportData, CancellationToken cancellationToken)
    {
        CheckedQuote.RequireReportData(reportData);
        string hex = Convert.ToHexStringLower(reportData.Span);
        (HttpStatusCode status, byte[] body) = await PostAsync(RawCall, $$"""{"report_data":"{{hex}}"}""", cancellationToken).ConfigureAwait(false);
        string call = RawCall;
        if (status == HttpStatusCode.NotFound)
        {
            call = TdxCall;
            (status, body) = await PostAsync(TdxCall, $$"""{"report_data":"{{hex}}","hash_algorithm":"raw"}""", cancellationToken).ConfigureAwait(false);
        }
        if (status != HttpStatusCode.OK)
            throw _agent.Refusal(call, status, body);
        return _latest = AgentAnswer.Read(body, reportData.Span, _path);
    }

    /// <inheritdoc/>
    public void Dispose() => _agent.Dispose();

    private Task<(HttpStatusCode Status, byte[] Body)> PostAsync(string call, string json, CancellationToken cancellationToken) =>
        _agent.PostAsync(call, Encoding.ASCII.GetBytes(json), cancellationToken);
}
