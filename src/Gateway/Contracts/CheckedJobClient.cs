using System.Text.Json;
using TeeTee.Gateway.Attestation;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Gateway.Contracts;

/// <summary>
/// A job client that does not believe what its sequencer says of itself: it refuses one of another chain or contract than the deployment names and,
/// given a chain to ask, one that names signers whom the contracts do not know.
/// </summary>
/// <param name="inner">The sequencer.</param>
/// <param name="modelId">The model that is going to be asked for.</param>
/// <param name="deployment">What is trusted; null to believe.</param>
/// <param name="facts">Reads the contracts; null to compare with the deployment alone.</param>
/// <param name="clock">Measures how long a check holds.</param>
public sealed class CheckedJobClient(IJobClient inner, Bytes32 modelId, Deployment? deployment, NodeFactsReader? facts, TimeProvider clock) : IJobClient
{
    private static readonly TimeSpan s_holds = TimeSpan.FromSeconds(30);

    private (string Said, long At)? _good;

    /// <inheritdoc/>
    /// <exception cref="AnswerFaultException">The sequencer is not the one of the deployment, or names others than the contracts do.</exception>
    public async Task<NodeInfo> GetInfoAsync(CancellationToken cancellationToken)
    {
        NodeInfo node = await inner.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        if (deployment is not null && (node.ChainId != deployment.ChainId || node.Rollup != deployment.Rollup))
        {
            throw new AnswerFaultException(
                $"The sequencer names contract {node.Rollup} on chain {node.ChainId}, the deployment {deployment.Rollup} on chain {deployment.ChainId}.");
        }
        if (facts is not null)
            await CheckAsync(node, facts, cancellationToken).ConfigureAwait(false);
        return node;
    }

    /// <inheritdoc/>
    public Task<AccountInfo> GetAccountAsync(Address address, CancellationToken cancellationToken) => inner.GetAccountAsync(address, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<JobEvent> SubmitAsync(JobSubmission submission, CancellationToken cancellationToken) => inner.SubmitAsync(submission, cancellationToken);

    /// <inheritdoc/>
    public Task<CancelOutcome> CancelAsync(JobCancellation cancellation, CancellationToken cancellationToken) => inner.CancelAsync(cancellation, cancellationToken);

    /// <inheritdoc/>
    public Task<JsonElement?> GetReceiptAsync(Bytes32 jobId, CancellationToken cancellationToken) => inner.GetReceiptAsync(jobId, cancellationToken);

    /// <inheritdoc/>
    public Task<JsonElement?> GetCollateralAsync(Bytes32 hash, CancellationToken cancellationToken) => inner.GetCollateralAsync(hash, cancellationToken);

    /// <inheritdoc/>
    public Task<AttestationReport> GetAttestationAsync(Bytes32 modelId, Bytes32 nonce, CancellationToken cancellationToken) =>
        inner.GetAttestationAsync(modelId, nonce, cancellationToken);

    private async Task CheckAsync(NodeInfo node, NodeFactsReader reader, CancellationToken cancellationToken)
    {
        ModelInfo[] models = [.. node.Models.Where(model => model.ModelId == modelId)];
        if (models.Length == 0)
            return;
        string said = JsonSerializer.Serialize(node, JobApiJson.Options);
        if (_good is { } good && good.Said == said && clock.GetElapsedTime(good.At) < s_holds)
            return;
        long asked = clock.GetTimestamp();
        string? fault = models.Length > 1 || models[0].Slots.Length > NodeVerification.MostSlots
            ? $"it lists model {modelId} {models.Length} times, with {models[0].Slots.Length} slots"
            : NodeVerification.FirstFault(node, models, await reader.ReadAsync(node, models, cancellationToken).ConfigureAwait(false));
        if (fault is not null)
            throw new AnswerFaultException($"The sequencer is not to be believed: {fault}.");
        _good = (said, asked);
    }
}
