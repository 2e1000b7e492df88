using System.Net;
using System.Text;

namespace TeeTee.Attestation.Sources;

/// <summary>
/// Quotes through a guest agent that answers on a unix socket, with the event log that comes along. What is handed out was compared with the
/// report data that was asked for.
/// </summary>
public abstract class AgentQuoteSource : IEvidenceSource, IDisposable
{
    private readonly string _path;
    private readonly AgentTransport _agent;
    private volatile GuestEvidence? _latest;

    private protected AgentQuoteSource(string path, TimeProvider clock)
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
        (string call, HttpStatusCode status, byte[] body) = await AskAsync(Convert.ToHexStringLower(reportData.Span), cancellationToken).ConfigureAwait(false);
        if (status != HttpStatusCode.OK)
            throw _agent.Refusal(call, status, body);
        return _latest = AgentAnswer.Read(body, reportData.Span, _path);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _agent.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Asks for a quote over report data (128 hex digits).</summary>
    /// <returns>The call that was answered last, and its answer.</returns>
    private protected abstract Task<(string Call, HttpStatusCode Status, byte[] Body)> AskAsync(string reportData, CancellationToken cancellationToken);

    private protected async Task<(string Call, HttpStatusCode Status, byte[] Body)> PostAsync(string call, string json, CancellationToken cancellationToken)
    {
        (HttpStatusCode status, byte[] body) = await _agent.PostAsync(call, Encoding.ASCII.GetBytes(json), cancellationToken).ConfigureAwait(false);
        return (call, status, body);
    }
}
