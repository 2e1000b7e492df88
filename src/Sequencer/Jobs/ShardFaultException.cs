namespace TeeTee.Sequencer.Jobs;

/// <summary>A shard failed a job, or said what it must not say.</summary>
/// <param name="code">As clients see it (docs/api.md section 5).</param>
/// <param name="message">For people; never contains prompt or answer.</param>
/// <param name="retryable">Whether opening the job again can help.</param>
internal sealed class ShardFaultException(string code, string message, bool retryable, Exception? cause = null) : Exception(message, cause)
{
    public string Code { get; } = code;

    public bool Retryable { get; } = retryable;
}
