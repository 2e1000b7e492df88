using System.Net;
using System.Text;

namespace TeeTee.Attestation.Sources;

/// <summary>
/// Quotes through the guest agent of a dstack machine: <c>GetQuote</c>, which takes the 64 bytes as they are. The event log that comes along is
/// kept. No environment variable redirects this: what answers for the machine is the operator's choice alone.
/// </summary>
public sealed class DstackQuoteSource : IEvidenceSource, IDisposable
{
    /// <summary>Where dstack has the socket; the compose file must mount it.</summary>
    public const string DefaultPath = "/var/run/dstack.sock";

    private const string Call = "/GetQuote";

    private readonly string _path;
    private readonly AgentTransport _agent;
    private volatile GuestEvidence? _latest;

    /// <summary>A source over an agent's socket.</summary>
    /// <exception cref="ArgumentException">The path cannot be a socket's.</exception>
    public DstackQuoteSource(string path, TimeProvider clock)
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
        byte[] request = Encoding.ASCII.GetBytes($$"""{"report_data":"{{Convert.ToHexStringLower(reportData.Span)}}"}""");
        (HttpStatusCode status, byte[] body) = await _agent.PostAsync(Call, request, cancellationToken).ConfigureAwait(false);
        if (status != HttpStatusCode.OK)
            throw _agent.Refusal(Call, status, body);
        return _latest = AgentAnswer.Read(body, reportData.Span, _path);
    }

    /// <inheritdoc/>
    public void Dispose() => _agent.Dispose();
}
