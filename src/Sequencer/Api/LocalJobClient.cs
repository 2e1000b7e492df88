using System.Runtime.CompilerServices;
using System.Text.Json;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Sequencer.Accounts;
using TeeTee.Sequencer.Attestations;
using TeeTee.Sequencer.Jobs;

namespace TeeTee.Sequencer.Api;

/// <summary>The job API for a gateway inside this process: the same rules without the wire.</summary>
/// <param name="receipt">The receipt as it stands, or null for an unknown id.</param>
internal sealed class LocalJobClient(
    JobService jobs, AccountService accounts, NodeInfoSource info, AttestationReporter reporter, CollateralStore collaterals, Func<Bytes32, JsonElement?> receipt) : IJobClient
{
    public Task<NodeInfo> GetInfoAsync(CancellationToken cancellationToken) => Task.FromResult(info.Get());

    public Task<AccountInfo> GetAccountAsync(Address address, CancellationToken cancellationToken) => accounts.GetAsync(address, cancellationToken);

    public async IAsyncEnumerable<JobEvent> SubmitAsync(JobSubmission submission, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using JobStream stream = await jobs.SubmitAsync(submission, cancellationToken).ConfigureAwait(false);
        await foreach (JobEvent item in stream.ReadAsync(cancellationToken).ConfigureAwait(false))
            yield return item;
    }

    public Task<CancelOutcome> CancelAsync(JobCancellation cancellation, CancellationToken cancellationToken) => jobs.CancelAsync(cancellation, cancellationToken);

    public Task<JsonElement?> GetReceiptAsync(Bytes32 jobId, CancellationToken cancellationToken) =>
        Task.FromResult(receipt(jobId));

    public Task<JsonElement?> GetCollateralAsync(Bytes32 hash, CancellationToken cancellationToken) => Task.FromResult<JsonElement?>(
        collaterals.Find(hash) is { } container ? JsonSerializer.Deserialize<JsonElement>(container) : null);

    public Task<AttestationReport> GetAttestationAsync(Bytes32 modelId, Bytes32 nonce, CancellationToken cancellationToken) =>
        reporter.ReportAsync(reporter.FindModel(modelId.ToString()), nonce, nonce.ToString()[2..], cancellationToken);
}
