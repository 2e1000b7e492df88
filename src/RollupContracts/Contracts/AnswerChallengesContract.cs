using System.Numerics;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Faults;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>AnswerChallenges: demands to see in a batch what a sequencer promised a client.</summary>
public sealed class AnswerChallengesContract(EthereumClient client, Address address) : BondedChallengesContract(client, address, ContractNames.AnswerChallenges)
{
    /// <summary>A challenge; its state is <see cref="ChallengeState.None"/> for an unknown id.</summary>
    public async Task<AnswerChallenge> GetAsync(ulong id, BlockTag block, CancellationToken cancellationToken) =>
        AnswerChallenge.Of(id, await CallAsync<object>("challenge", [(BigInteger)id], block, cancellationToken));

    /// <summary>The challenge of a sequencer's promise for a job; 0 if there was none.</summary>
    public Task<ulong> FindAsync(Address sequencer, Bytes32 jobId, BlockTag block, CancellationToken cancellationToken) =>
        IdAsync("challengeOf", [sequencer, jobId], block, cancellationToken);

    /// <summary>What the next challenge against a sequencer costs, in wei.</summary>
    public Task<UInt128> GetBondAsync(Address sequencer, BlockTag block, CancellationToken cancellationToken) =>
        GetBondAsync(StakeOf(sequencer), block, cancellationToken);

    /// <summary>How many challenges wait for this sequencer.</summary>
    public Task<ulong> CountOpenAsync(Address sequencer, BlockTag block, CancellationToken cancellationToken) =>
        CountOpenAsync(StakeOf(sequencer), block, cancellationToken);

    /// <summary>Ids of such challenges, at most <paramref name="count"/> from position <paramref name="start"/> on, in no order.</summary>
    public Task<IReadOnlyList<ulong>> GetOpenAsync(Address sequencer, ulong start, ulong count, BlockTag block, CancellationToken cancellationToken) =>
        GetOpenAsync(StakeOf(sequencer), start, count, block, cancellationToken);

    /// <summary>Calldata of <c>challengeAnswer</c>; pay exactly the bond. From the promise's postBefore on, for one window.</summary>
    public byte[] ChallengeAnswer(Signed<AnswerReceipt> promised)
    {
        ArgumentNullException.ThrowIfNull(promised);
        return Encode("challengeAnswer", [MessageTuples.Of(promised)]);
    }

    /// <summary>Calldata of <c>showPosted</c>.</summary>
    public byte[] ShowPosted(ulong id, PostedBatchRef batch, LeafOpening leaf)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(leaf);
        return Encode("showPosted", (BigInteger)id, batch.ToTuple(), leaf.ToTuple());
    }
}
