using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Disputes;

/// <summary>Answers challenges of this sequencer's quotes.</summary>
internal sealed class ChallengeResponder(
    BatchingOptions options, ChainConnection chain, ChainWriter writer, ChallengeAnswers answers, BatchingMetrics metrics, Readiness readiness,
    ILogger<ChallengeResponder> log)
    : Responder<QuoteChallengesContract, QuoteChallenge>(DisputeKind.QuoteChallenges, "challenges", options, chain, writer, metrics, readiness, log)
{
    /// <inheritdoc/>
    protected override QuoteChallengesContract At(Address address) => new(Client, address);

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<ulong>> GetOpenAsync(
        QuoteChallengesContract contract, ulong start, ulong count, BlockTag block, CancellationToken cancellationToken) =>
        contract.GetOpenAsync(Own, start, count, block, cancellationToken);

    /// <inheritdoc/>
    protected override Task<QuoteChallenge> GetAsync(QuoteChallengesContract contract, ulong id, BlockTag block, CancellationToken cancellationToken) =>
        contract.GetAsync(id, block, cancellationToken);

    /// <inheritdoc/>
    protected override Facts Of(QuoteChallenge challenge) =>
        new(challenge.Id, challenge.Deadline, $"Quote {challenge.QuoteIndex} of batch {challenge.BatchIndex}");

    /// <inheritdoc/>
    protected override Task<(byte[]? Data, string Cause)> MakeAsync(
        QuoteChallengesContract contract, QuoteChallenge challenge, CancellationToken cancellationToken) =>
        Task.FromResult(answers.TryMake(contract, challenge, out byte[]? data, out string cause) ? (data, "") : ((byte[]?)null, cause));

    /// <inheritdoc/>
    protected override Task<UInt128> GetPayoutAsync(QuoteChallengesContract contract, CancellationToken cancellationToken) =>
        contract.GetPayoutAsync(Own, BlockTag.Latest, cancellationToken);

    /// <inheritdoc/>
    protected override byte[] Withdraw(QuoteChallengesContract contract) => contract.WithdrawPayout(Own);
}
