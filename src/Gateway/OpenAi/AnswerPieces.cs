using System.Runtime.CompilerServices;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;

namespace TeeTee.Gateway.OpenAi;

/// <summary>The text of one running answer, cut at stop strings; the job is ended at what was received once one was seen.</summary>
internal sealed class AnswerPieces(AnswerReader reader, AnswerText text, StopFilter filter, JobSigner signer, NodeInfo node, RunningJob job)
{
    /// <summary>The verified receipts; set when the pieces have ended.</summary>
    public JobFinished Finished => reader.Finished ?? throw new InvalidOperationException("The answer is not complete.");

    /// <summary>OpenAI's word for why the answer ended.</summary>
    public string FinishReason => Finished.Finish == Rollup.Messages.FinishReason.Length && !filter.Stopped ? "length" : "stop";

    /// <summary>Pieces of text, none empty; ends when the answer is complete and verified. Enumerate once.</summary>
    /// <exception cref="JobApiException">The job failed.</exception>
    /// <exception cref="AnswerFaultException">The receipts do not fit.</exception>
    public async IAsyncEnumerable<string> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (uint token in reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            bool before = filter.Stopped;
            string piece = filter.Append(text.Append(token));
            if (piece.Length > 0)
                yield return piece;
            if (filter.Stopped && !before)
                await EndAsync().ConfigureAwait(false);
        }
        string rest = filter.Append(text.Finish()) + filter.Finish();
        if (rest.Length > 0)
            yield return rest;
    }

    /// <summary>Ends the job at what was received, for a client that went away.</summary>
    public Task HangUpAsync() => reader.Finished is null && reader.CancelledAt is null ? EndAsync() : Task.CompletedTask;

    private Task EndAsync()
    {
        reader.CancelledAt = (uint)Math.Max(reader.Tokens.Count, 1);
        return signer.HangUpAsync(node, job.JobId, reader.Tokens.Count);
    }
}
