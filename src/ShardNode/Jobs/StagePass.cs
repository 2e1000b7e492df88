using TeeTee.Inference.Engine;
using TeeTee.Inference.Engine.Batching;
using TeeTee.Inference.Sampling;
using TeeTee.Inference.Tracing;
using TeeTee.ShardNode.Faults;

namespace TeeTee.ShardNode.Jobs;

/// <summary>
/// One job on this shard's layers: runs positions in the passes that all jobs share and, on the last slot, picks. All parameters come from the
/// signed request.
/// </summary>
internal sealed class StagePass : IDisposable
{
    private readonly AdmittedJob _job;
    private readonly ShardRuntime _runtime;
    private readonly ShardSession _session;
    private readonly BatchScheduler _scheduler;
    private readonly JobFault? _fault;

    /// <exception cref="JobException">OVERLOADED: no memory for the job's keys and values.</exception>
    public StagePass(AdmittedJob job, ShardRuntime runtime)
    {
        (_job, _runtime, _fault) = (job, runtime, runtime.Faults?.Of(job));
        try
        {
            _session = (_fault?.Model ?? runtime.Model).CreateSession(job.MaxPositions, salts: job.Secrets?.Salts, fault: _fault);
        }
        catch (KvMemoryFullException full)
        {
            throw JobException.Overloaded(full.Message);
        }
        // A fault of the weights has a model of its own.
        _scheduler = _fault?.Model is { } other ? new BatchScheduler(other) : runtime.Scheduler;
    }

    public int Position => _session.Position;

    public ShardTrace Trace => _session.Trace!;

    /// <summary>Embeds and runs tokens.</summary>
    public Task<StageOutput> RunAsync(uint[] tokens, CancellationToken cancellationToken) =>
        RunAsync(new BatchStep { Tokens = tokens }, tokens.Length, cancellationToken);

    /// <summary>Runs vectors that came from above.</summary>
    /// <param name="hiddenIn">count x width fp32, little-endian; not to be changed before this has ended.</param>
    /// <param name="count">Number of positions.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public Task<StageOutput> RunAsync(ReadOnlyMemory<byte> hiddenIn, int count, CancellationToken cancellationToken) =>
        RunAsync(new BatchStep { HiddenIn = hiddenIn }, count, cancellationToken);

    public void Dispose()
    {
        _session.Dispose();
        if (_scheduler != _runtime.Scheduler)
            _scheduler.Dispose();
    }

    private async Task<StageOutput> RunAsync(BatchStep step, int count, CancellationToken cancellationToken)
    {
        // The link keeps what it sends, so that each step needs memory of its own.
        byte[] hidden = _job.IsLast ? [] : new byte[count * _runtime.Width * sizeof(float)];
        StepResult result = await _scheduler.RunAsync(_session, step with { HiddenOut = hidden, Pick = PickAfter(count) }, cancellationToken);
        _runtime.Metrics.PositionsRun(count);
        return new StageOutput(hidden, result.Token);
    }

    /// <summary>How the last slot picks after the next positions: from the last one of the prompt on.</summary>
    private SamplingParameters? PickAfter(int count)
    {
        int last = _session.Position + count - 1;
        if (!_job.IsLast || last < _job.PromptTokens - 1)
            return null;
        return _fault?.SamplingAt(last, _job.Sampling) ?? _job.Sampling;
    }
}
