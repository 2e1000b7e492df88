using System.Text.Json;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Devnet;

/// <summary>Waits for a service's <c>/readyz</c>.</summary>
internal static class ReadinessProbe
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(150);

    /// <summary>Returns once the service takes work.</summary>
    /// <exception cref="FailureException"><c>service_not_ready</c> with what the service said and the end of its log.</exception>
    public static async Task WaitAsync(HttpClient http, ServiceProcess service, Uri address, TimeSpan patience, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        string obstacle = "no answer";
        try
        {
            while (true)
            {
                string? said = await AskAsync(http, address, deadline.Token).ConfigureAwait(false);
                if (said is null)
                    return;
                obstacle = said;
                if (service.Restarts >= 3)
                    break;
                await Task.Delay(s_pause, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The patience is over; what the service said last is the message.
        }
        throw new FailureException(ExitCode.Unreachable, "service_not_ready",
            $"{service.Name} at {address} is not ready: {obstacle}{Environment.NewLine}{service.LogTail()}");
    }

    private static async Task<string?> AskAsync(HttpClient http, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri(address, "readyz"), cancellationToken).ConfigureAwait(false);
            string body = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? null : Obstacles(body);
        }
        catch (HttpRequestException fault)
        {
            return fault.Message;
        }
    }

    private static string Obstacles(string body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty("obstacles", out JsonElement obstacles) ? obstacles.GetRawText() : body;
        }
        catch (JsonException)
        {
            return body;
        }
    }
}
