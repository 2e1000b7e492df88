using System.Runtime.CompilerServices;
using Google.Protobuf;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Jobs;

/// <summary>What a job has put out so far, for any number of followers, each from its own place. Thread-safe.</summary>
/// <param name="recordSize">Bytes per token: 4, or those of a sealed record.</param>
internal sealed class OutputLog(int recordSize)
{
    private const int MostPerChunk = 256;

    private readonly Lock _gate = new();
    private readonly List<byte> _records = [];
    private TaskCompletionSource _changed = NewSignal();
    private JobEvent? _last;

    public uint Count
    {
        get
        {
            lock (_gate)
                return (uint)(_records.Count / recordSize);
        }
    }

    public void Append(ReadOnlySpan<byte> record)
    {
        lock (_gate)
        {
            _records.AddRange(record);
            Signal();
        }
    }

    /// <summary>Ends the log with a finish or failure.</summary>
    public void End(JobEvent last)
    {
        lock (_gate)
        {
            _last = last;
            Signal();
        }
    }

    public byte[] ToArray()
    {
        lock (_gate)
            return [.. _records];
    }

    /// <summary>The chunks from output <paramref name="from"/>, then the last event.</summary>
    public async IAsyncEnumerable<JobEvent> FollowAsync(uint from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        uint next = from;
        while (true)
        {
            (JobEvent? item, Task wait, bool last) = Take(next);
            if (item is null)
            {
                await wait.WaitAsync(cancellationToken);
                continue;
            }
            yield return item;
            if (last)
                yield break;
            next += item.OutputChunk.TokenCount;
        }
    }

    /// <summary>One chunk of records that were already stored.</summary>
    public static IEnumerable<JobEvent> Chunks(byte[] records, int recordSize, uint from)
    {
        int count = records.Length / recordSize;
        for (int next = (int)Math.Min(from, (uint)count); next < count;)
        {
            int take = Math.Min(MostPerChunk, count - next);
            yield return Chunk(records.AsMemory(next * recordSize, take * recordSize), (uint)next, (uint)take);
            next += take;
        }
    }

    private (JobEvent? Item, Task Wait, bool Last) Take(uint next)
    {
        lock (_gate)
        {
            int count = _records.Count / recordSize;
            if (next < count)
            {
                int take = (int)Math.Min(MostPerChunk, count - next);
                byte[] payload = [.. _records.GetRange((int)next * recordSize, take * recordSize)];
                return (Chunk(payload, next, (uint)take), Task.CompletedTask, false);
            }
            return (_last, _changed.Task, true);
        }
    }

    private static JobEvent Chunk(ReadOnlyMemory<byte> payload, uint first, uint count) => new()
    {
        OutputChunk = new OutputChunk { Payload = UnsafeByteOperations.UnsafeWrap(payload), FirstOutputIndex = first, TokenCount = count },
    };

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Signal()
    {
        _changed.TrySetResult();
        _changed = NewSignal();
    }
}
