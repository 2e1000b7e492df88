using TeeTee.Attestation.Encryption;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;

namespace TeeTee.Gateway.Sessions;

/// <summary>An accepted job and the rest of its events.</summary>
public sealed class RunningJob : IAsyncDisposable
{
    private readonly IAsyncEnumerator<JobEvent> _events;

    internal RunningJob(
        Bytes32 jobId, JobSubmission submission, ReadOnlyMemory<uint> prompt, SealedExchange? exchange, IAsyncEnumerator<JobEvent> events)
    {
        JobId = jobId;
        Submission = submission;
        Prompt = prompt;
        Exchange = exchange;
        _events = events;
        First = events.Current;
    }

    /// <summary>Digest of the signed request, computed here and not believed.</summary>
    public Bytes32 JobId { get; }

    /// <summary>What was signed and sent.</summary>
    public JobSubmission Submission { get; }

    /// <summary>The prompt's ids, also of a sealed job.</summary>
    public ReadOnlyMemory<uint> Prompt { get; }

    /// <summary>Keys and salts of a sealed job, or null; cleared with this.</summary>
    public SealedExchange? Exchange { get; }

    private JobEvent First { get; }

    /// <summary>The events after the acceptance. Enumerate once.</summary>
    public async IAsyncEnumerable<JobEvent> ReadAllAsync()
    {
        if (First is not JobAccepted)
            yield return First;
        while (await _events.MoveNextAsync().ConfigureAwait(false))
            yield return _events.Current;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Exchange?.Dispose();
        return _events.DisposeAsync();
    }
}
