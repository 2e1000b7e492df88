using TeeTee.Attestation.Certificates;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Encryption;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Gateway.Receipts;

/// <summary>
/// Checks everything about a receipt that can be checked without its sequencer: signatures, commitments, quotes, the path into the batch and what
/// the contracts say. Pure; every check appears in the result, made or not.
/// </summary>
public sealed partial class ReceiptVerification
{
    /// <summary>Most shards of a pipeline (protocol section 5).</summary>
    public const int MostShards = 16;

    private readonly ReceiptDocument _receipt;
    private readonly RollupDomain _domain;
    private readonly ReceiptChainFacts? _chain;
    private readonly TrustedRoot _root;
    private readonly ICollateralProvider? _collateral;
    private readonly DateTimeOffset _now;
    private readonly ISignatureRecovery _recovery;
    private readonly Bytes32 _jobId;
    private readonly List<ReceiptCheck> _checks = [];
    private readonly SealedFrame? _sealed;
    private uint[]? _tokens;

    private ReceiptVerification(
        ReceiptDocument receipt, RollupDomain domain, ReceiptChainFacts? chain, TrustedRoot root, ICollateralProvider? collateral, DateTimeOffset now, ISignatureRecovery recovery)
    {
        (_receipt, _domain, _chain, _root, _collateral, _now, _recovery) = (receipt, domain, chain, root, collateral, now, recovery);
        _jobId = domain.Digest(receipt.Request);
        if (IsSealed)
            SealedFrame.TryRead(receipt.Sealed, out _sealed);
        else
            _tokens = receipt.Tokens is { } plain ? [.. plain] : null;
    }

    private bool IsSealed => _receipt.Request.Privacy == PrivacyMode.Sealed;

    /// <summary>The result of every check, in a fixed order.</summary>
    /// <param name="receipt">The document.</param>
    /// <param name="id">The receipt that was asked for.</param>
    /// <param name="domain">Chain and contract that the user trusts.</param>
    /// <param name="chain">What the contracts say; null to skip what needs them.</param>
    /// <param name="root">The root that quotes must lead to.</param>
    /// <param name="collateral">Revocation lists and TCB levels of the shards' platforms; where none is held, quotes are not judged.</param>
    /// <param name="now">The moment at which certificates and collateral must be valid.</param>
    /// <param name="recovery">Recovers signers.</param>
    /// <param name="dataKey">The key of a sealed job, with which its tokens are checked; null to say that they were not. Stays the caller's.</param>
    public static IReadOnlyList<ReceiptCheck> Check(
        ReceiptDocument receipt, Bytes32 id, RollupDomain domain, ReceiptChainFacts? chain, TrustedRoot root, ICollateralProvider? collateral, DateTimeOffset now,
        ISignatureRecovery recovery, DataKey? dataKey = null)
    {
        ReceiptVerification verification = new(receipt, domain, chain, root, collateral, now, recovery);
        verification.CheckRequest(id);
        verification.CheckTokens(dataKey);
        verification.CheckAnswer();
        verification.CheckShards();
        verification.CheckQuotes();
        verification.CheckKeys();
        verification.CheckQueryReceipt();
        verification.CheckBatch();
        verification.CheckAccount();
        return verification._checks;
    }

    private void CheckRequest(Bytes32 id)
    {
        Add("job_id", _jobId == id && _receipt.Id == id, $"the request's digest is {_jobId}, the receipt is {_receipt.Id}, {id} was asked for");
        Signed<JobRequest> signed = new(_receipt.Request, _receipt.RequestSignature);
        Address? signer = _domain.Signer(signed, _recovery);
        if (signer is not null && signer != _receipt.Request.User && _chain is null)
        {
            Skip("request_signature", $"{signer} signed for {_receipt.Request.User}; only the contract knows its sessions");
            return;
        }
        ulong time = _receipt.Batch?.PostedAt ?? _chain?.Time ?? 0;
        RequestFault? fault = JobRequestRules.CheckSigner(signed, _domain, _recovery, (_, _) => _chain?.Session, time);
        Add("request_signature", fault is null, fault?.Message ?? $"signed by {signer} for {_receipt.Request.User}");
    }

    private void CheckTokens(DataKey? dataKey)
    {
        if (IsSealed && !IsVoid)
        {
            CheckSealedTokens(dataKey);
            return;
        }
        if (_tokens is not { } tokens)
        {
            Missing("tokens", "the receipt holds no tokens: the job is void");
            return;
        }
        uint prompt = _receipt.Request.PromptTokens;
        bool fits = tokens.Length > prompt && TokenCommitment.Root(tokens.AsSpan()[..(int)prompt]) == _receipt.Request.PromptTokensRoot;
        Add("tokens", fits && TokensRoot() is { } root && TokenCommitment.Root(tokens.AsSpan()) == root,
            $"{tokens.Length} tokens against the signed prompt root and the receipts' root");
    }

    private void CheckSealedTokens(DataKey? dataKey)
    {
        if (_sealed is null || TokensRoot() is not { } root)
        {
            Add("tokens", false, "the receipt holds no sealed tokens of the form of the protocol, or no root of them");
            return;
        }
        if (dataKey is null)
        {
            Missing("tokens", $"{_sealed.TokenCount} tokens are sealed: only who holds the job's data key can check them");
            return;
        }
        JobRequest request = _receipt.Request;
        using var exchange = SealedExchange.FromKey(DataKey.From(dataKey.ToArray()), new SealedBinding(_jobId, request.User, request.Nonce, request.ModelId));
        bool fits = exchange.TryOpenTokens(root, _receipt.Sealed, out uint[]? tokens) && tokens.Length > request.PromptTokens
            && exchange.PromptTokensRoot(tokens.AsSpan(0, (int)request.PromptTokens)) == request.PromptTokensRoot && exchange.TokensRoot(tokens) == root;
        _tokens = fits ? tokens : null;
        Add("tokens", fits, $"{_sealed.TokenCount} sealed tokens under the data key, against the signed prompt root and the receipts' root, both salted");
    }

    private void CheckAnswer()
    {
        if (_receipt is not { Answer: { } answer, AnswerSignature: { } signature })
        {
            Missing("answer_receipt", "the document has none");
            return;
        }
        Address? signer = _domain.Signer(new Signed<AnswerReceipt>(answer, signature), _recovery);
        Add("answer_receipt", answer.JobId == _jobId && signer == _receipt.Request.Sequencer && answer.Fee == ExpectedFee() && answer.TokensRoot == TokensRoot(),
            $"signed by {signer}, the request names {_receipt.Request.Sequencer}; fee {answer.Fee} wei");
    }

    private void CheckQueryReceipt()
    {
        if (_receipt.QueryReceipt is not { } leaf)
        {
            Missing("query_receipt", "the job is in no batch yet");
            return;
        }
        bool fits = leaf.JobId == _jobId
            && leaf.RequestHash == new Signed<JobRequest>(_receipt.Request, _receipt.RequestSignature).Hash()
            && leaf.ShardReceiptHashes.AsSpan().SequenceEqual([.. _receipt.Shards.Select(shard => new Signed<ShardReceipt>(shard.Receipt, shard.Signature).Hash())])
            && leaf.PromptTokens == _receipt.Request.PromptTokens
            && leaf.Fee == (leaf.Finish == FinishReason.Void ? 0 : JobRequestRules.Fee(_receipt.Request, leaf.OutputTokens))
            && leaf.Fee <= _receipt.Request.MaxFee
            && (_receipt.Answer is not { } answer || (answer.Fee == leaf.Fee && answer.TokensRoot == leaf.TokensRoot))
            && FinishFits(leaf);
        Add("query_receipt", fits, $"finish {leaf.Finish}, {leaf.PromptTokens} + {leaf.OutputTokens} tokens, fee {leaf.Fee} wei");
        if (leaf.Finish == FinishReason.Cancelled)
            Missing("cancellation", "its signature is in the batch data, not in the receipt");
    }

    private bool FinishFits(QueryReceipt leaf)
    {
        if (_tokens is not { } tokens)
            return _sealed is null || _sealed.TokenCount == (long)leaf.PromptTokens + leaf.OutputTokens;
        if (tokens.Length != (long)leaf.PromptTokens + leaf.OutputTokens)
            return false;
        int stop = tokens.AsSpan()[(int)leaf.PromptTokens..].IndexOfAny(_receipt.Request.StopTokens.AsSpan());
        return leaf.Finish == FinishReason.Stop ? stop == leaf.OutputTokens - 1 : stop < 0;
    }

    private Bytes32? TokensRoot() => _receipt.QueryReceipt?.TokensRoot ?? _receipt.Answer?.TokensRoot;

    private uint? OutputTokens() => _receipt.QueryReceipt?.OutputTokens
        ?? ((_tokens?.Length ?? _sealed?.TokenCount) is { } count && count > _receipt.Request.PromptTokens ? (uint)count - _receipt.Request.PromptTokens : null);

    private UInt128? ExpectedFee() => OutputTokens() is { } count ? JobRequestRules.Fee(_receipt.Request, count) : null;

    private void Add(string name, bool holds, string detail) => _checks.Add(new ReceiptCheck(name, holds ? CheckOutcome.Pass : CheckOutcome.Fail, detail));

    private void Missing(string name, string why) => _checks.Add(new ReceiptCheck(name, CheckOutcome.Missing, why));

    private void Skip(string name, string why) => _checks.Add(new ReceiptCheck(name, CheckOutcome.Skip, why));
}
