using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TeeTee.Gateway.Jobs;

namespace TeeTee.Sequencer.Api;

/// <summary>Writes a job's events as <c>text/event-stream</c>, with a comment whenever nothing came for a while.</summary>
internal static class EventStreamWriter
{
    private static readonly byte[] s_keepAlive = ": keep-alive\n\n"u8.ToArray();

    /// <summary>Writes until the last event, or until the client or the sequencer goes.</summary>
    public static async Task WriteAsync(
        HttpResponse response, IAsyncEnumerable<JobEvent> events, TimeSpan keepAlive, TimeProvider clock, CancellationToken cancellationToken)
    {
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        response.HttpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await using IAsyncEnumerator<JobEvent> source = events.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            Task<bool> next = source.MoveNextAsync().AsTask();
            await KeepAliveAsync(response, next, keepAlive, clock, cancellationToken).ConfigureAwait(false);
            if (!await next.ConfigureAwait(false))
                return;
            byte[] text = Encoding.UTF8.GetBytes($"event: {JobEventReader.NameOf(source.Current)}\ndata: {JobEventReader.DataOf(source.Current)}\n\n");
            await response.Body.WriteAsync(text, cancellationToken).ConfigureAwait(false);
            await response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task KeepAliveAsync(
        HttpResponse response, Task<bool> next, TimeSpan keepAlive, TimeProvider clock, CancellationToken cancellationToken)
    {
        while (!next.IsCompleted)
        {
            using CancellationTokenSource cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task pause = Task.Delay(keepAlive, clock, cancelled.Token);
            bool idle = await Task.WhenAny(next, pause).ConfigureAwait(false) == pause && pause.IsCompletedSuccessfully;
            await cancelled.CancelAsync().ConfigureAwait(false);
            if (!idle)
                return;
            try
            {
                await response.Body.WriteAsync(s_keepAlive, cancellationToken).ConfigureAwait(false);
                await response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                // The enumerator must not be disposed while it moves.
                await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                throw;
            }
        }
    }
}
