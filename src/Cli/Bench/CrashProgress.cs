using System.Diagnostics;
using System.Globalization;

namespace TeeTee.Cli.Bench;

/// <summary>How far a run has come, as its client sees it. Safe from several threads.</summary>
internal sealed class CrashProgress
{
    private readonly int _questions;
    private readonly int _expectedTokens;
    private readonly int _threshold;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _accepted;
    private int _tokens;
    private int _answered;

    /// <param name="questions">Questions asked.</param>
    /// <param name="expectedTokens">Output tokens of all answers.</param>
    /// <param name="threshold">Tokens after which <see cref="Reached"/> completes.</param>
    public CrashProgress(int questions, int expectedTokens, int threshold) =>
        (_questions, _expectedTokens, _threshold) = (questions, expectedTokens, threshold);

    /// <summary>Completes once the threshold is reached.</summary>
    public Task Reached => _reached.Task;

    /// <summary>Milliseconds since the questions began to be asked.</summary>
    public long Milliseconds => (long)Stopwatch.GetElapsedTime(_started).TotalMilliseconds;

    public void Accept() => Interlocked.Increment(ref _accepted);

    public void Take()
    {
        if (Interlocked.Increment(ref _tokens) >= _threshold)
            _reached.TrySetResult();
    }

    public void Answer() => Interlocked.Increment(ref _answered);

    /// <summary>The state in few words.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{_accepted}/{_questions} accepted, {_tokens}/{_expectedTokens} tokens, {_answered}/{_questions} answered");
}
