using System.Diagnostics;
using System.Globalization;
using TeeTee.Cli.Devnet;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Bench;

/// <summary>One network, three questions, one SIGKILL, and everything that must hold afterwards.</summary>
internal sealed class CrashRun : IDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);

    private readonly Devnet.Devnet _network;
    private readonly CrashPlan _plan;
    private readonly IReadOnlyList<CrashQuestion> _questions;
    private readonly ServiceProcess[] _victims;
    private readonly CrashClient _client;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly JsonRpcClient _rpc;
    private readonly CrashAudit _audit;
    private readonly CrashProgress _progress;

    public CrashRun(Devnet.Devnet network, CrashPlan plan, IReadOnlyList<CrashQuestion> questions)
    {
        (_network, _plan, _questions) = (network, plan, questions);
        _victims = [.. network.Services.Where(service => plan.Victims.Contains(service.Name))];
        _client = new CrashClient(network);
        _rpc = new JsonRpcClient(network.Chain);
        _audit = new CrashAudit(network, _client.Jobs, _http, new EthereumClient(_rpc));
        int tokens = questions.Sum(q => q.Answer.Count);
        _progress = new CrashProgress(questions.Count, tokens, 1 + (int)(plan.Fraction * (tokens - 1)));
    }

    /// <summary>Milliseconds from asking to the kill.</summary>
    public long KilledAtMs { get; private set; }

    /// <summary>What the client had seen at the kill.</summary>
    public string Stage { get; private set; } = "not killed";

    /// <summary>Starts of the victims after the first.</summary>
    public int Restarts => _victims.Sum(victim => victim.Restarts);

    /// <summary>The answers, once all are there.</summary>
    public IReadOnlyList<CrashAnswer> Answers { get; private set; } = [];

    /// <summary>The batches, once all is settled.</summary>
    public IReadOnlyList<BatchPosted> Posted { get; private set; } = [];

    /// <summary>Runs it and returns what was wrong; empty if nothing.</summary>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        (NodeInfo node, ModelInfo offer) = await _client.GetOfferAsync(cancellationToken).ConfigureAwait(false);
        if (_plan.Point == CrashPoint.BeforeAsking)
            Kill();
        Task<CrashAnswer[]> asking = Task.WhenAll(_questions.Select(q => _client.AskAsync(node, offer, q, _progress, cancellationToken)));
        if (_plan.Point != CrashPoint.BeforeAsking)
            await KillAtPointAsync(asking, cancellationToken).ConfigureAwait(false);
        Answers = await asking.ConfigureAwait(false);
        await _audit.WaitUntilSettledAsync(Answers, cancellationToken).ConfigureAwait(false);
        while (_victims.Any(victim => victim.Restarts == 0))
            await Task.Delay(s_poll, cancellationToken).ConfigureAwait(false);
        Posted = await _audit.ReadPostedAsync(cancellationToken).ConfigureAwait(false);
        return await _audit.FindFaultsAsync(Answers, Posted, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _client.Dispose();
        _http.Dispose();
        _rpc.Dispose();
    }

    private async Task KillAtPointAsync(Task asking, CancellationToken cancellationToken)
    {
        switch (_plan.Point)
        {
            case CrashPoint.Answering:
                await Task.WhenAny(_progress.Reached, asking).WaitAsync(cancellationToken).ConfigureAwait(false);
                break;
            case CrashPoint.Batching:
                await asking.ConfigureAwait(false);
                break;
            case CrashPoint.Posted:
                await asking.ConfigureAwait(false);
                while ((await _audit.ReadPostedAsync(cancellationToken).ConfigureAwait(false)).Count == 0)
                    await Task.Delay(s_poll, cancellationToken).ConfigureAwait(false);
                break;
        }
        if (_plan.Point != CrashPoint.Answering)
            await Task.Delay(_plan.Spread * _plan.Fraction, cancellationToken).ConfigureAwait(false);
        int posted = (await _audit.ReadPostedAsync(cancellationToken).ConfigureAwait(false)).Count;
        Kill();
        Stage += string.Create(CultureInfo.InvariantCulture, $", {posted} posted");
    }

    private void Kill()
    {
        foreach (ServiceProcess victim in _victims)
        {
            using Process process = Process.GetProcessById(victim.ProcessId);
            process.Kill();
        }
        KilledAtMs = _plan.Point == CrashPoint.BeforeAsking ? 0 : _progress.Milliseconds;
        Stage = _progress.Describe();
    }
}
