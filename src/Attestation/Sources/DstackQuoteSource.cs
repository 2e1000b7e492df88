using System.Net;

namespace TeeTee.Attestation.Sources;

/// <summary>
/// Quotes through the guest agent of a dstack machine: <c>GetQuote</c>, which takes the 64 bytes as they are. The event log that comes along is
/// kept. No environment variable redirects this: what answers for the machine is the operator's choice alone.
/// </summary>
public sealed class DstackQuoteSource : AgentQuoteSource
{
    /// <summary>Where dstack has the socket; the compose file must mount it.</summary>
    public const string DefaultPath = "/var/run/dstack.sock";

    private const string Call = "/GetQuote";

    /// <summary>A source over an agent's socket.</summary>
    /// <exception cref="ArgumentException">The path cannot be a socket's.</exception>
    public DstackQuoteSource(string path, TimeProvider clock)
        : base(path, clock)
    {
    }

    private protected override Task<(string Call, HttpStatusCode Status, byte[] Body)> AskAsync(string reportData, CancellationToken cancellationToken) =>
        PostAsync(Call, $$"""{"report_data":"{{reportData}}"}""", cancellationToken);
}
