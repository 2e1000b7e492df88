using System.Collections.Concurrent;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TeeTee.Attestation.Encryption;
using TeeTee.Ethereum;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Gateway.Tests.Support;

/// <summary>
/// A sequencer whose answers are written by the test and whose rules are real: signatures, nonces, vouchers, prompt roots and fees
/// are checked, receipts are signed by keys of two shards and a sequencer.
/// </summary>
internal sealed class ScriptedSequencer : IJobClient
{
    private readonly ConcurrentDictionary<Bytes32, uint> _cancelled = new();
    private readonly Lock _lock = new();
    private readonly PrivateKey _sequencer = PrivateKey.Generate();
    private readonly PrivateKey[] _shards = [PrivateKey.Generate(), PrivateKey.Generate()];
    private ulong _nonce;
    private UInt128 _spent;
    private UInt128 _held;

    public ScriptedSequencer()
    {
        var config = DemoModel.Model.Config;
        Model = new ModelInfo("teetee-demo", DemoModel.ForGateway.ModelId, (uint)config.LayerCount, (uint)config.ContextLength, (uint)config.VocabularySize, 3, 5,
            new Bytes32(Enclave.PublicKey.Span), [Slot(1, 0, 2), Slot(2, 2, (uint)config.LayerCount - 2)]);
        Node = new NodeInfo(1, 84532, Address.Parse("0x00000000000000000000000000000000000c0de5"), _sequencer.Address, 60, 60, 1000, [Model]);
    }

    public PrivateKey User { get; } = PrivateKey.Generate();

    /// <summary>The first shard's key, with which sealed prompts are really opened.</summary>
    public EnclaveEncryptionKey Enclave { get; } = EnclaveEncryptionKey.Generate();

    /// <summary>Changes what is streamed.</summary>
    public Func<JobTokens, JobTokens> TamperTokens { get; set; } = tokens => tokens;

    public NodeInfo Node { get; set; }

    public ModelInfo Model { get; }

    /// <summary>What the shards pick; the limit and a cancellation still apply.</summary>
    public IReadOnlyList<uint> Answer { get; set; } = [];

    /// <summary>Thrown instead of accepting, once for each.</summary>
    public ConcurrentQueue<JobApiException> Refusals { get; } = new();

    /// <summary>The failure that ends the stream after so many tokens.</summary>
    public (int After, JobFailed Event)? Failure { get; set; }

    /// <summary>Awaited once this many tokens were sent.</summary>
    public (int After, Task Until)? Pause { get; set; }

    /// <summary>Changes the last event before it is sent.</summary>
    public Func<JobFinished, JobFinished> Tamper { get; set; } = finished => finished;

    public ConcurrentQueue<JobSubmission> Submissions { get; } = new();

    public ConcurrentQueue<CancelJob> Cancellations { get; } = new();

    public RollupDomain Domain => new(Node.ChainId, Node.Rollup);

    public Task<NodeInfo> GetInfoAsync(CancellationToken cancellationToken) => Task.FromResult(Node);

    public Task<AccountInfo> GetAccountAsync(Address address, CancellationToken cancellationToken)
    {
        lock (_lock)
            return Task.FromResult(new AccountInfo(address, _nonce, _spent, _held, 1_000_000, 1_000_000 - _spent - _held, 0, 0, 0));
    }

    public Task<JsonElement?> GetReceiptAsync(Bytes32 jobId, CancellationToken cancellationToken) => Task.FromResult<JsonElement?>(null);

    public Task<JsonElement?> GetCollateralAsync(Bytes32 hash, CancellationToken cancellationToken) => Task.FromResult<JsonElement?>(null);

    public Task<AttestationReport> GetAttestationAsync(Bytes32 modelId, Bytes32 nonce, CancellationToken cancellationToken) =>
        throw new JobApiException(System.Net.HttpStatusCode.ServiceUnavailable, "shard_unavailable", "These shards have no quotes.");

    public Task<CancelOutcome> CancelAsync(JobCancellation cancellation, CancellationToken cancellationToken)
    {
        Assert.Equal(User.Address, Domain.Signer(new Signed<CancelJob>(cancellation.Cancel, cancellation.Signature), Secp256k1Recovery.Instance));
        Cancellations.Enqueue(cancellation.Cancel);
        _cancelled.TryAdd(cancellation.Cancel.JobId, cancellation.Cancel.OutputTokens);
        return Task.FromResult(CancelOutcome.Accepted);
    }

    public async IAsyncEnumerable<JobEvent> SubmitAsync(JobSubmission submission, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Submissions.Enqueue(submission);
        await Task.Yield();
        using SealedExchange? exchange = Open(submission, out uint[] prompt);
        Bytes32 jobId = Accept(submission, prompt, exchange);
        yield return new JobAccepted(jobId, false, 1);
        List<uint> sent = [];
        foreach (uint token in Answer)
        {
            if (Failure is { } failure && failure.After == sent.Count)
            {
                yield return failure.Event;
                yield break;
            }
            if (Pause is { } pause && pause.After == sent.Count)
                await pause.Until.WaitAsync(cancellationToken);
            if (_cancelled.ContainsKey(jobId) || sent.Count == Limit(submission))
                break;
            sent.Add(token);
            uint first = (uint)sent.Count - 1;
            yield return TamperTokens(exchange is null ? new JobTokens(first, [token]) : new JobTokens(first, Count: 1, Sealed: exchange.SealOutput(first, token)));
        }
        yield return Tamper(Finish(submission, jobId, prompt, exchange, sent));
    }

    private static uint Limit(JobSubmission submission) => submission.Request.MaxOutputTokens;

    private SlotInfo Slot(uint id, uint first, uint layers) =>
        new(id, new Address(Keccak256.Hash([(byte)id]).ToArray().AsSpan(12)), first, layers, _shards[id - 1].Address, "simulated");

    private SealedExchange? Open(JobSubmission submission, out uint[] prompt)
    {
        prompt = submission.Tokens is { } plain ? [.. plain] : [];
        if (submission.Sealed is not { } input)
            return null;
        JobRequest request = submission.Request;
        SealedBinding binding = new(Domain.Digest(request), request.User, request.Nonce, request.ModelId);
        Assert.Null(submission.Tokens);
        Assert.True(SealedExchange.TryOpen(Enclave, binding, input, out SealedExchange? exchange, out uint[]? opened));
        prompt = opened;
        return exchange;
    }

    private Bytes32 Accept(JobSubmission submission, uint[] prompt, SealedExchange? exchange)
    {
        if (Refusals.TryDequeue(out JobApiException? refusal))
            throw refusal;
        JobRequest request = submission.Request;
        ModelLimits limits = new(Model.ModelId, Model.LayerCount, Model.ContextLength, Model.VocabularySize);
        Assert.Null(JobRequestRules.CheckAdmission(request, limits, Node.Sequencer, 1));
        Assert.Equal(exchange is null ? PrivacyMode.Public : PrivacyMode.Sealed, request.Privacy);
        Assert.Equal(exchange?.PromptTokensRoot(prompt) ?? TokenCommitment.Root(prompt), request.PromptTokensRoot);
        if (Domain.Signer(new Signed<JobRequest>(request, submission.Signature), Secp256k1Recovery.Instance) != User.Address)
            throw new JobApiException(HttpStatusCode.Forbidden, "bad_signature", "Signed by another.");
        lock (_lock)
        {
            if (request.Nonce <= _nonce)
                throw new JobApiException(HttpStatusCode.Conflict, "nonce_used", "The nonce is used.");
            if (_spent + _held + request.MaxFee > request.CumulativeMax)
                throw new JobApiException(HttpStatusCode.PaymentRequired, "insufficient_credit", "The voucher is too small.");
            _nonce = request.Nonce;
            _held += request.MaxFee;
        }
        return Domain.Digest(request);
    }

    private JobFinished Finish(JobSubmission submission, Bytes32 jobId, uint[] prompt, SealedExchange? exchange, List<uint> sent)
    {
        JobRequest request = submission.Request;
        FinishReason finish = request.StopTokens.Contains(sent[^1]) ? FinishReason.Stop : FinishReason.Length;
        if (_cancelled.TryGetValue(jobId, out uint count) && finish != FinishReason.Stop && count <= sent.Count)
        {
            finish = FinishReason.Cancelled;
            sent.RemoveRange((int)count, sent.Count - (int)count);
        }
        uint[] tokens = [.. prompt, .. sent];
        Bytes32 root = exchange?.TokensRoot(tokens) ?? TokenCommitment.Root(tokens);
        UInt128 fee = JobRequestRules.Fee(request, (uint)sent.Count)!.Value;
        lock (_lock)
        {
            _spent += fee;
            _held -= request.MaxFee;
        }
        Signed<AnswerReceipt> answer = Domain.Sign(new AnswerReceipt(jobId, root, fee, 1), _sequencer);
        return new JobFinished(finish, request.PromptTokens, (uint)sent.Count, root, fee,
            [.. Model.Slots.Select((slot, i) => Receipt(slot, i, jobId, root, (uint)tokens.Length - 1))], answer.Message, answer.Signature);
    }

    private SignedShardReceipt Receipt(SlotInfo slot, int index, Bytes32 jobId, Bytes32 root, uint positions)
    {
        ShardReceipt receipt = new(jobId, slot.SlotId, slot.Operator, 1, positions, root, Bytes32.Zero, 1);
        Signed<ShardReceipt> signed = Domain.Sign(receipt, _shards[index]);
        return new SignedShardReceipt(signed.Message, signed.Signature);
    }
}
