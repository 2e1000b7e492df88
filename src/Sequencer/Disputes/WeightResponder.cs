using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Disputes;

/// <summary>Publishes weight pages that are demanded of the models on offer. Anyone may; a model whose pages nobody shows is suspended.</summary>
internal sealed class WeightResponder(
    BatchingOptions options, ChainConnection chain, ChainWriter writer, BatchingMetrics metrics, Readiness readiness, ILogger<WeightResponder> log)
    : Responder<WeightChallengesContract, WeightChallenge>(DisputeKind.WeightChallenges, "weights", options, chain, writer, metrics, readiness, log)
{
    private readonly BatchingOptions _options = options;

    /// <inheritdoc/>
    protected override WeightChallengesContract At(Address address) => new(Client, address);

    /// <inheritdoc/>
    protected override async Task<IReadOnlyList<ulong>> GetOpenAsync(
        WeightChallengesContract contract, ulong start, ulong count, BlockTag block, CancellationToken cancellationToken)
    {
        List<ulong> open = [];
        // All models' pages together are one page here: where one has as many as fit, the next round goes on.
        foreach (Bytes32 modelId in start == 0 ? _options.Weights.Keys : [])
            open.AddRange(await contract.GetOpenAsync(modelId, 0, count, block, cancellationToken).ConfigureAwait(false));
        return open;
    }

    /// <inheritdoc/>
    protected override Task<WeightChallenge> GetAsync(WeightChallengesContract contract, ulong id, BlockTag block, CancellationToken cancellationToken) =>
        contract.GetAsync(id, block, cancellationToken);

    /// <inheritdoc/>
    protected override Facts Of(WeightChallenge challenge) =>
        new(challenge.Id, challenge.Deadline, $"Page {challenge.Page} of row {challenge.Row} of tensor {challenge.TensorId} of model {challenge.ModelId}");

    /// <inheritdoc/>
    protected override async Task<(byte[]? Data, string Cause)> MakeAsync(WeightChallengesContract contract, WeightChallenge challenge, CancellationToken cancellationToken)
    {
        OfferedWeights weights = _options.Weights[challenge.ModelId];
        try
        {
            ProvenPage page = await Task.Run(() => weights.Pages.Value.Prove(challenge.TensorId, (int)challenge.Row, (int)challenge.Page), cancellationToken).ConfigureAwait(false);
            return (contract.AnswerRow(challenge.Id, weights.Config, page.Content, page.Path), "");
        }
        catch (ArgumentException fault)
        {
            return (null, fault.Message);
        }
    }

    /// <inheritdoc/>
    protected override Task<UInt128> GetPayoutAsync(WeightChallengesContract contract, CancellationToken cancellationToken) =>
        contract.GetPayoutAsync(Own, BlockTag.Latest, cancellationToken);

    /// <inheritdoc/>
    protected override byte[] Withdraw(WeightChallengesContract contract) => contract.WithdrawPayout(Own);
}
