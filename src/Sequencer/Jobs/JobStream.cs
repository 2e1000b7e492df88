using System.Runtime.CompilerServices;
using TeeTee.Gateway.Jobs;

namespace TeeTee.Sequencer.Jobs;

/// <summary>One client's view of a job: accepted, its output, how it ended. Disposing it ends the view, never the job.</summary>
internal sealed class JobStream(JobAccepted accepted, Func<CancellationToken, IAsyncEnumerable<JobEvent>> read, Action close) : IDisposable
{
    private Action? _close = close;

    /// <summary>The events in order; to be read once.</summary>
    public async IAsyncEnumerable<JobEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return accepted;
        await foreach (JobEvent item in read(cancellationToken).ConfigureAwait(false))
            yield return item;
    }

    public void Dispose() => Interlocked.Exchange(ref _close, null)?.Invoke();
}
