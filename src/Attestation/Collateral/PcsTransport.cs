using System.Net;

namespace TeeTee.Attestation.Collateral;

/// <summary>One GET with a deadline and a bounded answer; every failure is a <see cref="PcsException"/>.</summary>
internal sealed class PcsTransport : IDisposable
{
    private readonly HttpClient _http;
    private readonly PcsOptions _options;
    private readonly TimeProvider _clock;

    public PcsTransport(PcsOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        SocketsHttpHandler handler = new()
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = options.MaxHeaderKibibytes,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<PcsAnswer> GetAsync(Uri address, CancellationToken cancellationToken)
    {
        string path = address.AbsolutePath;
        using CancellationTokenSource deadline = new(_options.Timeout, _clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using HttpResponseMessage response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, linked.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new PcsException($"{path} answered {(int)response.StatusCode}", response.StatusCode);
            return new PcsAnswer(await ReadAsync(response, path, linked.Token).ConfigureAwait(false), response.Headers);
        }
        catch (OperationCanceledException cause) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PcsException($"{path} did not answer within {_options.Timeout.TotalSeconds:0.###} s", cause: cause);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException)
        {
            throw new PcsException($"{path}: {fault.Message}", cause: fault);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<byte[]> ReadAsync(HttpResponseMessage response, string path, CancellationToken cancellationToken)
    {
        using MemoryStream body = new();
        Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] buffer = new byte[16 * 1024];
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
            {
                if (body.Length + read > _options.MaxResponseBytes)
                    throw new PcsException($"{path} answered with more than {_options.MaxResponseBytes} bytes");
                body.Write(buffer, 0, read);
            }
        }
        return body.ToArray();
    }
}
