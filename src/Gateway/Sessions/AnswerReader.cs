using System.Runtime.InteropServices;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Sessions;

/// <summary>Reads a job's tokens as they come and, at the end, accepts the answer only if <see cref="AnswerVerification"/> finds no fault.</summary>
/// <param name="job">The accepted job; stays the caller's to dispose.</param>
/// <param name="jobs">Asked again for the pipeline where another one finished the job than began it.</param>
/// <param name="node">The sequencer as it was when the job was signed.</param>
/// <param name="model">The model as it was when the job was signed.</param>
/// <param name="recovery">Recovers signers.</param>
public sealed class AnswerReader(RunningJob job, IJobClient jobs, NodeInfo node, ModelInfo model, ISignatureRecovery recovery)
{
    private readonly List<uint> _tokens = [];

    /// <summary>The tokens received so far; those before the cut, once a cancelled answer is complete.</summary>
    public IReadOnlyList<uint> Tokens => _tokens;

    /// <summary>The receipts, once the answer is complete and verified.</summary>
    public JobFinished? Finished { get; private set; }

    /// <summary>The output count at which this client signed a cancellation; an answer that ends so without it is refused.</summary>
    public uint? CancelledAt { get; set; }

    /// <summary>The tokens in order; ends when the answer is complete and every signature was checked. Enumerate once.</summary>
    /// <exception cref="JobApiException">The job failed, or the sequencer was lost for good.</exception>
    /// <exception cref="AnswerFaultException">The receipts do not fit the tokens.</exception>
    public async IAsyncEnumerable<uint> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (JobEvent item in job.ReadAllAsync().ConfigureAwait(false))
        {
            switch (item)
            {
                case JobTokens some:
                    uint[] tokens = Open(some);
                    _tokens.AddRange(tokens);
                    foreach (uint token in tokens)
                        yield return token;
                    break;
                case JobFinished finished:
                    await VerifyAsync(finished, cancellationToken).ConfigureAwait(false);
                    Finished = finished;
                    yield break;
                case JobFailed failed:
                    throw new JobApiException(StatusOf(failed), failed.Code, failed.Message);
            }
        }
        throw new JobApiException(null, "unreachable", "The sequencer ended the stream before the answer was complete.");
    }

    private static System.Net.HttpStatusCode StatusOf(JobFailed failed) =>
        failed.Retryable ? System.Net.HttpStatusCode.ServiceUnavailable : System.Net.HttpStatusCode.InternalServerError;

    /// <summary>The ids of an event; those of a sealed job only if they were sealed as these outputs of this job.</summary>
    private uint[] Open(JobTokens some)
    {
        if (job.Exchange is not { } exchange)
            return some.Tokens is { } plain ? [.. plain] : throw Untrue($"output {some.First} of a public job came sealed");
        return some.First == _tokens.Count && some.Sealed is { } records && exchange.TryOpenOutputs(some.First, records, out uint[]? opened) && opened.Length == some.Count
            ? opened
            : throw Untrue($"output {some.First} is not what the enclave sealed there");
    }

    private AnswerFaultException Untrue(string fault) => new($"The answer to job {job.JobId} is not to be trusted: {fault}.");

    private async Task VerifyAsync(JobFinished finished, CancellationToken cancellationToken)
    {
        if (finished.Finish == FinishReason.Cancelled)
            Truncate(finished.OutputTokens);
        string? fault = FirstFault(finished, model);
        if (fault is not null && await FindPipelineAsync(cancellationToken).ConfigureAwait(false) is { } moved)
            fault = FirstFault(finished, moved);
        if (fault is not null)
            throw Untrue(fault);
    }

    private void Truncate(uint count)
    {
        if (count != CancelledAt)
            throw new AnswerFaultException($"The answer to job {job.JobId} ends by a cancellation at {count} tokens that was not signed here.");
        if (count < _tokens.Count)
            _tokens.RemoveRange((int)count, _tokens.Count - (int)count);
    }

    private string? FirstFault(JobFinished finished, ModelInfo pipeline) =>
        AnswerVerification.FirstFault(
            job.Submission.Request, job.Prompt.Span, CollectionsMarshal.AsSpan(_tokens), finished, node, pipeline, recovery, job.Exchange?.Salts);

    private async Task<ModelInfo?> FindPipelineAsync(CancellationToken cancellationToken)
    {
        NodeInfo now = await jobs.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        return now.Models.FirstOrDefault(candidate => candidate.ModelId == model.ModelId);
    }
}
