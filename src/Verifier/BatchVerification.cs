using TeeTee.Attestation.Encryption;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Evidence;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Verification;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Data;
using TeeTee.Verifier.Judging;
using TeeTee.Verifier.Models;
using TeeTee.Verifier.Storage;

namespace TeeTee.Verifier;

/// <summary>
/// Judges single batches, without a service around it. What is Invalid was found twice in full: from the same complete data,
/// with the chain read and the weights loaded anew. Safe for concurrent use; judgements are made one after the other.
/// </summary>
public sealed class BatchVerification : IDisposable
{
    private readonly VerifierOptions _options;
    private readonly TimeProvider _clock;
    private readonly byte[] _secret;
    private readonly ModelLibrary _models;
    private readonly EnclaveEncryptionKey? _auditKey;
    private readonly ChainEndpoint[] _endpoints;
    private readonly HttpClient _http;
    private readonly BatchJudge _judge;
    private readonly SealedAudit _audit;
    private readonly SemaphoreSlim _turn = new(1);
    private bool _isChainChecked;

    private BatchVerification(VerifierOptions options, TimeProvider clock, ModelLibrary models, byte[] secret, EnclaveEncryptionKey? auditKey)
    {
        (_options, _clock, _models, _secret, _auditKey) = (options, clock, models, secret, auditKey);
        RollupDomain domain = options.Deployment.Domain();
        _endpoints = [.. options.ChainUrls.Select(u => new ChainEndpoint(u, options.Deployment, options.Rpc, clock))];
        _http = NewHttpClient();
        DataSource[] sources = [.. options.DataUrls.Select(u => new DataSource(u, _http, TimeSpan.FromSeconds(options.DataTimeoutSeconds), clock))];
        Quorum = new ChainQuorum(_endpoints, options.Tag);
        Postings = new PostingReader(Quorum, options.Deployment);
        BatchFetcher fetcher = new(sources, new FetchLimits(options.DataAttempts, options.DataPause, options.MaxBatchBytes), clock);
        RuleJudge rules = Rules = new(Quorum, domain, models, new QuoteJudge(options, domain));
        States = new StateSource(Postings, fetcher, rules);
        Fetcher = fetcher;
        Newest = new ChainQuorum(_endpoints, BlockTag.Latest);
        _audit = new SealedAudit(auditKey, domain);
        _judge = new BatchJudge(fetcher, States, rules, new SampleJudge(models, _audit, options.SampleRate));
    }

    /// <summary>The key to which users wrap what this verifier shall audit, or null.</summary>
    public Bytes32? AuditKey => _auditKey is { } key ? new Bytes32(key.PublicKey.Span) : null;

    internal ChainQuorum Quorum { get; }

    internal PostingReader Postings { get; }

    /// <summary>All nodes at their newest common block: what disputes are decided on.</summary>
    internal ChainQuorum Newest { get; }

    internal IReadOnlyList<ChainEndpoint> Endpoints => _endpoints;

    internal BatchFetcher Fetcher { get; }

    private RuleJudge Rules { get; }

    internal StateSource States { get; }

    /// <summary>Opens models and the sampling secret; chain and data are asked only when a batch is judged.</summary>
    /// <exception cref="FailureException"><c>invalid_configuration</c>, <c>key_unusable</c>, <c>model_unusable</c> or <c>state_unusable</c>.</exception>
    public static async Task<BatchVerification> OpenAsync(VerifierOptions options, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(clock);
        options.Validate();
        byte[] secret = SampleSecret.LoadOrCreate(options.StateFile);
        EnclaveEncryptionKey? auditKey = LoadAuditKey(options.AuditKeyFile);
        ModelLibrary models = await Task.Run(() => ModelLibrary.Open(options.ModelFiles, options.ModelStore, options.Threads, cancellationToken), cancellationToken);
        return new BatchVerification(options, clock, models, secret, auditKey);
    }

    /// <summary>Judges the batch that stands under an index at the configured tag.</summary>
    /// <returns>Valid, Invalid, or Unavailable with the cause; faults of chain, data and time never throw.</returns>
    /// <exception cref="OperationCanceledException">The caller's token fired.</exception>
    /// <exception cref="FailureException"><c>wrong_chain</c>: an endpoint is not of the deployment's chain.</exception>
    public async Task<BatchVerdict> VerifyAsync(ulong index, CancellationToken cancellationToken) =>
        (await JudgeAsync(index, cancellationToken)).Verdict;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ChainEndpoint endpoint in _endpoints)
            endpoint.Dispose();
        _http.Dispose();
        _models.Dispose();
        _auditKey?.Dispose();
        _turn.Dispose();
    }

    /// <summary>As <see cref="VerifyAsync"/>, with the chunks that prove a fault.</summary>
    internal async Task<(BatchVerdict Verdict, IReadOnlyDictionary<Bytes32, byte[]> Chunks)> JudgeAsync(ulong index, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(_options.BatchTimeoutSeconds), _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            VerdictDraft draft = await BoundedAsync(new VerdictDraft(index), either.Token, cancellationToken);
            if (draft.Verdict != Verdict.Unavailable)
                _judge.Forget(draft.Posting!.BatchHash);
            ulong now = (ulong)_clock.GetUtcNow().ToUnixTimeSeconds();
            return (draft.ToVerdict(_options.Deployment.ChainId, _options.Deployment.Rollup, now, _options.SampleRate), draft.Chunks);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What the rules of a batch were judged in, read again.</summary>
    /// <exception cref="JudgementException">It cannot be had now.</exception>
    internal async Task<BatchContext> ContextOfAsync(BatchPosting posting, BatchData data, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            BlockHeader pin = await Quorum.PinAsync(cancellationToken);
            return await Rules.JudgedContextAsync(posting, data, await States.ParentOfAsync(posting, pin, cancellationToken), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Lends the models between two judgements.</summary>
    internal async Task<T> WithModelsAsync<T>(Func<ModelLibrary, SealedAudit, T> use, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => use(_models, _audit), cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Refuses endpoints of another chain; once is enough.</summary>
    internal async Task CheckChainAsync(CancellationToken cancellationToken)
    {
        if (_isChainChecked)
            return;
        ulong chainId = await Quorum.AgreeAsync(e => e.Client.GetChainIdAsync(cancellationToken), "the chain id", id => $"{id}");
        if (chainId != _options.Deployment.ChainId)
        {
            throw new FailureException(
                ExitCode.Configuration, "wrong_chain", $"The endpoints are of chain {chainId}, the deployment of {_options.Deployment.ChainId}.");
        }

        _isChainChecked = true;
    }

    private async Task<VerdictDraft> BoundedAsync(VerdictDraft draft, CancellationToken bounded, CancellationToken caller)
    {
        try
        {
            await CheckChainAsync(bounded);
            BlockHeader pin = await Quorum.PinAsync(bounded);
            BatchPosting posting = await Postings.ReadAsync(draft.Index, pin, bounded);
            draft = draft with { Posting = posting, SampleSeed = SampleDraw.Seed(posting.BatchHash, _secret) };
            VerdictDraft first = await _judge.JudgeAsync(draft, pin, again: false, bounded);
            return first.Verdict == Verdict.Invalid ? await ReproduceAsync(first, pin, bounded) : first;
        }
        catch (JudgementException e)
        {
            return draft.Unavailable(e.Cause, e.Message);
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            return draft.Unavailable(VerdictCause.TimedOut, $"The judgement took longer than {_options.BatchTimeoutSeconds} s.");
        }
    }

    private async Task<VerdictDraft> ReproduceAsync(VerdictDraft first, BlockHeader pin, CancellationToken cancellationToken)
    {
        VerdictDraft start = new(first.Index)
        {
            Posting = await Postings.ReadAsync(first.Index, pin, cancellationToken),
            SampleSeed = first.SampleSeed,
            Manifest = first.Manifest,
            Chunks = first.Chunks,
        };
        VerdictDraft second = await _judge.JudgeAsync(start, pin, again: true, cancellationToken);
        return second.SameFaultsAs(first)
            ? second with { Reproductions = 2 }
            : start.Unavailable(VerdictCause.NotReproduced, $"Found once and not again: {first.Detail} The second judgement: {second.Detail}");
    }

    private static EnclaveEncryptionKey? LoadAuditKey(string? path)
    {
        try
        {
            return path is null ? null : EnclaveEncryptionKey.Load(path);
        }
        catch (Exception e) when (e is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Configuration, "key_unusable", e.Message, e);
        }
    }

    private static HttpClient NewHttpClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxResponseHeadersLength = 32,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
