using System.Net;

namespace TeeTee.Attestation.Sources;

/// <summary>
/// Quotes through tappd, the guest agent of older dstack machines. Its ordinary call hashes what it is given, under a prefix: a quote over
/// anything but the 64 bytes asked for is worthless here, so <c>RawQuote</c> is called, or where that is missing <c>TdxQuote</c> with the algorithm "raw".
/// </summary>
public sealed class TappdQuoteSource : AgentQuoteSource
{
    /// <summary>Where older dstack has the socket; the compose file must mount it.</summary>
    public const string DefaultPath = "/var/run/tappd.sock";

    private const string RawCall = "/prpc/Tappd.RawQuote";
    private const string TdxCall = "/prpc/Tappd.TdxQuote";

    /// <summary>A source over an agent's socket.</summary>
    /// <exception cref="ArgumentException">The path cannot be a socket's.</exception>
    public TappdQuoteSource(string path, TimeProvider clock)
        : base(path, clock)
    {
    }

    private protected override async Task<(string Call, HttpStatusCode Status, byte[] Body)> AskAsync(string reportData, CancellationToken cancellationToken)
    {
        (string Call, HttpStatusCode Status, byte[] Body) answer =
            await PostAsync(RawCall, $$"""{"report_data":"{{reportData}}"}""", cancellationToken).ConfigureAwait(false);
        return answer.Status == HttpStatusCode.NotFound
            ? await PostAsync(TdxCall, $$"""{"report_data":"{{reportData}}","hash_algorithm":"raw"}""", cancellationToken).ConfigureAwait(false)
            : answer;
    }
}
