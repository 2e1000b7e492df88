using System.Text.Json;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Commands;

/// <summary>A job client that refuses a sequencer which moves to another chain or contract than the deployment names.</summary>
internal sealed class PinnedJobClient(IJobClient inner, Deployment? deployment) : IJobClient
{
    public async Task<NodeInfo> GetInfoAsync(CancellationToken cancellationToken)
    {
        NodeInfo node = await inner.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        return deployment is null || (node.ChainId == deployment.ChainId && node.Rollup == deployment.Rollup)
            ? node
            : throw new JobApiException(null, "internal", $"The sequencer now names contract {node.Rollup} on chain {node.ChainId}, not the deployment's.");
    }

    public Task<AccountInfo> GetAccountAsync(Address address, CancellationToken cancellationToken) => inner.GetAccountAsync(address, cancellationToken);

    public IAsyncEnumerable<JobEvent> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken) => inner.SubmitAsync(submission, cancellationToken);

    public Task<CancelOutcome> CancelAsync(JobCancellation cancellation, CancellationToken cancellationToken) => inner.CancelAsync(cancellation, cancellationToken);

    public Task<JsonElement?> GetReceiptAsync(Bytes32 jobId, CancellationToken cancellationToken) => inner.GetReceiptAsync(jobId, cancellationToken);
}
