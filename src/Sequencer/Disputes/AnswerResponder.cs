using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.Rollup.Faults;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;
using TeeTee.Sequencer.Storage;

namespace TeeTee.Sequencer.Disputes;

/// <summary>Shows where an answer that this sequencer signed to a client was posted.</summary>
internal sealed class AnswerResponder(
    BatchingOptions options, ChainConnection chain, ChainWriter writer, JobStore jobs, BatchStore batches, PostedData posted, BatchingMetrics metrics,
    Readiness readiness, ILogger<AnswerResponder> log)
    : Responder<AnswerChallengesContract, AnswerChallenge>(DisputeKind.AnswerChallenges, "promises", options, chain, writer, metrics, readiness, log)
{
    /// <inheritdoc/>
    protected override AnswerChallengesContract At(Address address) => new(Client, address);

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<ulong>> GetOpenAsync(
        AnswerChallengesContract contract, ulong start, ulong count, BlockTag block, CancellationToken cancellationToken) =>
        contract.GetOpenAsync(Own, start, count, block, cancellationToken);

    /// <inheritdoc/>
    protected override Task<AnswerChallenge> GetAsync(AnswerChallengesContract contract, ulong id, BlockTag block, CancellationToken cancellationToken) =>
        contract.GetAsync(id, block, cancellationToken);

    /// <inheritdoc/>
    protected override Facts Of(AnswerChallenge challenge) => new(challenge.Id, challenge.Deadline, $"The answer of job {challenge.JobId}");

    /// <inheritdoc/>
    protected override Task<(byte[]? Data, string Cause)> MakeAsync(AnswerChallengesContract contract, AnswerChallenge challenge, CancellationToken cancellationToken)
    {
        if (jobs.Find(challenge.JobId) is not { BatchIndex: { } index, Leaf: { } leaf } || batches.Find(index) is not { } batch)
            return Refuse($"job {challenge.JobId} is in no batch of this database");
        if (posted.Find(batch.Hash, out string cause) is not { } found)
            return Refuse(cause);
        return Task.FromResult(((byte[]?)contract.ShowPosted(challenge.Id, found.Batch, LeafOpening.Of(found.Data, (int)leaf)), ""));
    }

    /// <inheritdoc/>
    protected override Task<UInt128> GetPayoutAsync(AnswerChallengesContract contract, CancellationToken cancellationToken) =>
        contract.GetPayoutAsync(Own, BlockTag.Latest, cancellationToken);

    /// <inheritdoc/>
    protected override byte[] Withdraw(AnswerChallengesContract contract) => contract.WithdrawPayout(Own);

    private static Task<(byte[]? Data, string Cause)> Refuse(string cause) => Task.FromResult(((byte[]?)null, cause));
}
