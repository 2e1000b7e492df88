using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Hosting.Observability;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Posting;

namespace TeeTee.Sequencer.Disputes;

/// <summary>Publishes on the chain what is demanded of this sequencer's batch data.</summary>
internal sealed class DataResponder(
    BatchingOptions options, ChainConnection chain, ChainWriter writer, PostedData posted, BatchingMetrics metrics, Readiness readiness, ILogger<DataResponder> log)
    : Responder<DataChallengesContract, DataChallenge>(DisputeKind.DataChallenges, "data", options, chain, writer, metrics, readiness, log)
{
    // How long before the deadline late data is published, in seconds.
    private const ulong LastMoment = 4;

    private readonly BatchingOptions _options = options;

    /// <inheritdoc/>
    protected override DataChallengesContract At(Address address) => new(Client, address);

    /// <inheritdoc/>
    protected override Task<IReadOnlyList<ulong>> GetOpenAsync(
        DataChallengesContract contract, ulong start, ulong count, BlockTag block, CancellationToken cancellationToken) =>
        contract.GetOpenAsync(Own, start, count, block, cancellationToken);

    /// <inheritdoc/>
    protected override Task<DataChallenge> GetAsync(DataChallengesContract contract, ulong id, BlockTag block, CancellationToken cancellationToken) =>
        contract.GetAsync(id, block, cancellationToken);

    /// <inheritdoc/>
    protected override Facts Of(DataChallenge challenge) =>
        new(challenge.Id, challenge.Deadline, $"{challenge.Place.Kind} {challenge.Place.Part} ({challenge.Place.Number}) of leaf {challenge.Place.Leaf} of batch {challenge.BatchIndex}");

    /// <inheritdoc/>
    protected override bool HoldsBack(DataChallenge challenge, ulong now) => _options.Faults?.Active?.Kind switch
    {
        FaultKind.WithholdData => true,
        FaultKind.LateData => now + LastMoment < challenge.Deadline,
        _ => false,
    };

    /// <inheritdoc/>
    protected override Task<(byte[]? Data, string Cause)> MakeAsync(DataChallengesContract contract, DataChallenge challenge, CancellationToken cancellationToken)
    {
        if (posted.Answers(challenge.BatchHash, out string cause) is not { } answers)
            return Task.FromResult(((byte[]?)null, cause));
        try
        {
            return Task.FromResult(((byte[]?)contract.Answer(challenge.Id, answers.For(challenge.Place)), ""));
        }
        catch (ArgumentException fault)
        {
            return Task.FromResult(((byte[]?)null, fault.Message));
        }
    }

    /// <inheritdoc/>
    protected override Task<UInt128> GetPayoutAsync(DataChallengesContract contract, CancellationToken cancellationToken) =>
        contract.GetPayoutAsync(Own, BlockTag.Latest, cancellationToken);

    /// <inheritdoc/>
    protected override byte[] Withdraw(DataChallengesContract contract) => contract.WithdrawPayout(Own);
}
