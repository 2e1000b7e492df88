using System.Runtime.CompilerServices;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Jobs;

/// <summary>
/// A running job's output so far, and how it ended. One writer; each reader goes at its own pace over the same record, which is bounded by the
/// job's output limit, so that no reader can hold up the job or cost memory of its own. Thread-safe.
/// </summary>
internal sealed class LiveJob(StoredJob job)
{
    private const int MostTokensPerEvent = 1024;

    private readonly Lock _gate = new();
    private readonly List<uint> _tokens = [];
    private readonly List<OutputPiece> _pieces = [];
    private TaskCompletionSource _changed = NewSignal();
    private uint _count;
    private long _sealedBytes;
    private int _readers;
    private JobEvent? _end;
    private Signed<CancelJob>? _cancel = job.Cancel;

    /// <summary>The job as it was when it was accepted or found at start.</summary>
    public StoredJob Job => job;

    public Bytes32 JobId => job.JobId;

    /// <summary>Output tokens so far.</summary>
    public uint Count
    {
        get
        {
            lock (_gate)
                return _count;
        }
    }

    /// <summary>Bytes of ciphertext so far.</summary>
    public long SealedBytes
    {
        get
        {
            lock (_gate)
                return _sealedBytes;
        }
    }

    /// <summary>The cancellation that was accepted, if any.</summary>
    public Signed<CancelJob>? Cancel
    {
        get => Volatile.Read(ref _cancel);
        set => Volatile.Write(ref _cancel, value);
    }

    /// <summary>A copy of the output ids of a public job.</summary>
    public uint[] Tokens()
    {
        lock (_gate)
            return [.. _tokens];
    }

    /// <summary>Appends ids of a public job.</summary>
    public void Append(ReadOnlySpan<uint> tokens)
    {
        lock (_gate)
        {
            _tokens.AddRange(tokens);
            _count += (uint)tokens.Length;
            Signal();
        }
    }

    /// <summary>Appends records of a sealed job, <see cref="SealedFrame.RecordSize"/> bytes per token.</summary>
    public void Append(uint count, byte[] bytes)
    {
        lock (_gate)
        {
            _pieces.Add(new OutputPiece(_count, count, bytes));
            _count += count;
            _sealedBytes += bytes.Length;
            Signal();
        }
    }

    /// <summary>Gives every reader its last event; only the first one counts.</summary>
    public void End(JobEvent last)
    {
        lock (_gate)
        {
            _end ??= last;
            Signal();
        }
    }

    /// <summary>Counts a reader in; false if there are <paramref name="most"/>.</summary>
    public bool TryEnter(int most)
    {
        lock (_gate)
        {
            if (_readers >= most)
                return false;
            _readers++;
            return true;
        }
    }

    /// <summary>Counts a reader out.</summary>
    public void Leave()
    {
        lock (_gate)
            _readers--;
    }

    /// <summary>The output from an index on, then how the job ended. What came while a reader was slow comes in one event.</summary>
    public async IAsyncEnumerable<JobEvent> ReadAsync(uint from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        uint next = from;
        while (true)
        {
            (JobTokens? tokens, JobEvent? end, Task changed) = Next(next);
            if (tokens is not null)
            {
                next = tokens.First + (tokens.Count ?? (uint)tokens.Tokens!.Value.Length);
                yield return tokens;
                continue;
            }
            if (end is not null)
            {
                yield return end;
                yield break;
            }
            await changed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private (JobTokens? Tokens, JobEvent? End, Task Changed) Next(uint next)
    {
        lock (_gate)
            return (next < _count ? TokensFrom(next) : null, _end, _changed.Task);
    }

    private JobTokens TokensFrom(uint next)
    {
        if (job.Request.Message.Privacy == PrivacyMode.Sealed)
        {
            OutputPiece piece = _pieces.First(p => p.First + p.Count > next);
            uint seen = next - piece.First;
            return new JobTokens(next, Count: piece.Count - seen, Sealed: piece.Bytes[((int)seen * SealedFrame.RecordSize)..]);
        }
        int count = (int)Math.Min(MostTokensPerEvent, _count - next);
        return new JobTokens(next, [.. _tokens.GetRange((int)next, count)]);
    }

    private void Signal()
    {
        TaskCompletionSource changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }
}
