using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;
using TeeTee.ShardNode.Defence;

namespace TeeTee.Sequencer.Disputes;

/// <summary>Defends the operators who rely on this sequencer, one after the other, because they share one account.</summary>
internal sealed class DelegatedDefender : BackgroundService
{
    private readonly DelegatedDefence _defence;
    private readonly PublishedEvidence _evidence;
    private readonly DefenderMetrics _metrics = new();
    private readonly Defender[] _defenders;
    private readonly TimeProvider _clock;

    public DelegatedDefender(
        DelegatedDefence defence, BatchingOptions options, ChainConnection chain, PublishedEvidence evidence, Readiness readiness, ILogger<DelegatedDefender> log)
    {
        if (defence.Defender.Key.Address == options.Key.Address)
            throw new ArgumentException($"{options.Key.Address} posts batches; defence needs an account of its own.", nameof(defence));
        (_defence, _evidence, _clock) = (defence, evidence, options.Clock);
        // One ledger: the account's nonces are one sequence.
        string ledger = Path.Combine(defence.Folder, "defence.db");
        _defenders = [.. defence.Operators.Select(accused => new Defender(
            defence.Defender, chain.Client, options.Deployment.ChainId, options.Deployment.Rollup, accused, evidence, ledger, readiness, _metrics, options.Clock, log)
        {
            Name = $"defence of {accused}",
        })];
    }

    /// <summary>One round over all operators; whether there may be more to do at once.</summary>
    internal async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        bool more = false;
        foreach (Defender defender in _defenders)
            more |= await defender.TryRunOnceAsync(cancellationToken).ConfigureAwait(false);
        return more;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (Defender defender in _defenders)
            defender.Dispose();
        _metrics.Dispose();
        _evidence.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            if (!await RunOnceAsync(stoppingToken).ConfigureAwait(false))
                await Task.Delay(_defence.Defender.Poll, _clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
