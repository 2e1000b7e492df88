using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Faults;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Chain;
using TeeTee.Verifier.Data;
using TeeTee.Verifier.Judging;

namespace TeeTee.Verifier.Disputing;

/// <summary>
/// What a client does about a sequencer that posted another answer than it signed to the client: the signed promise and the posted leaf convict it in one
/// transaction. No verifier can, because nobody else holds the promise.
/// </summary>
public sealed class AnswerChallenger : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    private readonly ChainEndpoint _endpoint;
    private readonly Deployment _deployment;
    private readonly TransactionSender _sender;
    private readonly HttpClient _http = new();
    private readonly BatchFetcher _fetcher;

    /// <param name="chainUrl">JSON-RPC of the chain.</param>
    /// <param name="deployment">The contracts.</param>
    /// <param name="dataUrls">Where batch data is asked for.</param>
    /// <param name="key">Pays gas and gets the bounty.</param>
    /// <param name="transactions">Times and limits, or null for the defaults.</param>
    public AnswerChallenger(
        Uri chainUrl, Deployment deployment, IReadOnlyList<Uri> dataUrls, IDigestSigner key, TransactionSenderOptions? transactions = null)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        _deployment = deployment;
        _endpoint = new ChainEndpoint(chainUrl, deployment, new JsonRpcOptions(), TimeProvider.System);
        _sender = new TransactionSender(_endpoint.Client, key, deployment.ChainId, transactions);
        DataSource[] sources = [.. dataUrls.Select(u => new DataSource(u, _http, s_timeout, TimeProvider.System))];
        _fetcher = new BatchFetcher(sources, new FetchLimits(3, TimeSpan.FromMilliseconds(200), 1L << 30), TimeProvider.System);
    }

    /// <summary>Convicts the sequencer if the batch's leaf of the promised job is not what was promised.</summary>
    /// <returns>The transaction; null where the leaf is as promised.</returns>
    /// <exception cref="FailureException"><c>no_such_batch</c>, <c>data_missing</c>, <c>no_such_job</c> or <c>not_convicted</c>.</exception>
    public async Task<TransactionReceipt?> ConvictAsync(ulong batchIndex, Signed<AnswerReceipt> promised, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(promised);
        (BatchPosting posting, BatchData data) = await FetchAsync(batchIndex, cancellationToken).ConfigureAwait(false);
        int leaf = data.Leaves.Select((l, i) => (l, i)).Where(p => p.l.Receipt.JobId == promised.Message.JobId).Select(p => p.i).DefaultIfEmpty(-1).First();
        if (leaf < 0)
            throw new FailureException(ExitCode.Unavailable, "no_such_job", $"Batch {batchIndex} has no job {promised.Message.JobId}.");
        QueryReceipt posted = data.Leaves[leaf].Receipt;
        if (posted.TokensRoot == promised.Message.TokensRoot && posted.Fee == promised.Message.Fee)
            return null;
        FaultProof proof = FaultProofs.AnswerDiffers(new PostedBatchRef(posting.Index, posting.BatchHash, posting.Header), data, leaf, promised);
        SequencerFaultsContract contract = await ContractAsync(cancellationToken).ConfigureAwait(false);
        TransactionOutcome outcome = await _sender.SendAsync(
            new TransactionRequest { Id = $"answer-differs:{promised.Message.JobId}", To = contract.Address, Data = contract.Convict(proof) }, cancellationToken).ConfigureAwait(false);
        return outcome.IsSuccess
            ? outcome.Receipt
            : throw new FailureException(
                ExitCode.Refused, "not_convicted",
                $"The contract does not convict: {outcome.Status}: {(outcome.RevertData.IsEmpty ? outcome.Message : ContractError.Describe(outcome.RevertData.Span))}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _sender.Dispose();
        _endpoint.Dispose();
        _http.Dispose();
    }

    private async Task<(BatchPosting, BatchData)> FetchAsync(ulong batchIndex, CancellationToken cancellationToken)
    {
        try
        {
            ChainQuorum chain = new([_endpoint], BlockTag.Latest);
            BlockHeader pin = await chain.PinAsync(cancellationToken).ConfigureAwait(false);
            BatchPosting posting = await new PostingReader(chain, _deployment).ReadAsync(batchIndex, pin, cancellationToken).ConfigureAwait(false);
            FetchedBatch fetched = await _fetcher.FetchAsync(posting.BatchHash, posting.Header, cancellationToken).ConfigureAwait(false);
            BatchData? data = fetched.Manifest is null ? null : BatchDataReader.Read(posting.Header, fetched.Manifest, fetched.Content).Data;
            return (posting, data ?? throw new FailureException(ExitCode.Unavailable, "data_missing", $"The data of batch {batchIndex} is not to be had. {fetched.Cause}"));
        }
        catch (JudgementException fault)
        {
            throw new FailureException(ExitCode.Unavailable, "no_such_batch", fault.Message, fault);
        }
    }

    private async Task<SequencerFaultsContract> ContractAsync(CancellationToken cancellationToken)
    {
        Address hub = await _endpoint.Rollup.GetDisputeModuleAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        Address? address = await new DisputeHubContract(_endpoint.Client, hub).FindAsync(DisputeKind.SequencerFaults, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        return new SequencerFaultsContract(
            _endpoint.Client, address ?? throw new FailureException(ExitCode.Configuration, "no_dispute_module", $"{_deployment.Rollup} has no such contract."));
    }
}
