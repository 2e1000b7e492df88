using TeeTee.Primitives;

namespace TeeTee.Verifier.Data;

/// <summary>One server of batch data. Nothing that it says is trusted; every answer is bounded in size and time.</summary>
internal sealed class DataSource(Uri address, HttpClient http, TimeSpan timeout, TimeProvider clock)
{
    private readonly Uri _base = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");

    /// <summary>Host and port alone: the rest of an address may hold a key.</summary>
    public string Name => address.Authority;

    public Task<FetchResult> GetBatchAsync(Bytes32 batchHash, long limit, CancellationToken cancellationToken) =>
        GetAsync($"v1/batches/{batchHash}", limit, cancellationToken);

    public Task<FetchResult> GetChunkAsync(Bytes32 hash, long limit, CancellationToken cancellationToken) =>
        GetAsync($"v1/data/{hash}", limit, cancellationToken);

    private async Task<FetchResult> GetAsync(string path, long limit, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = new(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri(_base, path), HttpCompletionOption.ResponseHeadersRead, either.Token);
            if (!response.IsSuccessStatusCode)
                return FetchResult.Failed($"{Name}: HTTP {(int)response.StatusCode}");
            byte[]? body = await ReadAsync(response, limit, either.Token);
            return body is null ? FetchResult.Failed($"{Name}: more than {limit} bytes") : FetchResult.Of(body);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return FetchResult.Failed($"{Name}: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return FetchResult.Failed($"{Name}: no answer in {timeout.TotalSeconds} s");
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpResponseMessage response, long limit, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentLength > limit)
            return null;
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        using MemoryStream body = new();
        byte[] buffer = new byte[32_768];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > limit)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }
}
