using System.Numerics;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Faults;

namespace TeeTee.RollupContracts;

/// <summary>DataChallenges: demands that a batch's data be published.</summary>
public sealed class DataChallengesContract(EthereumClient client, Address address) : BondedChallengesContract(client, address, ContractNames.DataChallenges)
{
    private static readonly ContractArtifact s_answers = ContractArtifact.Load(ContractNames.ChunkAnswers);

    /// <summary>A challenge; its state is <see cref="ChallengeState.None"/> for an unknown id.</summary>
    public async Task<DataChallenge> GetAsync(ulong id, BlockTag block, CancellationToken cancellationToken) =>
        DataChallenge.Of(id, await CallAsync<object>("challenge", [(BigInteger)id], block, cancellationToken));

    /// <summary>The challenge of a chunk; 0 if there was none.</summary>
    public Task<ulong> FindAsync(Bytes32 batchHash, ChunkPlace place, BlockTag block, CancellationToken cancellationToken) =>
        IdAsync("challengeOf", [batchHash, place.Leaf, (byte)place.Kind, place.Part, place.Number], block, cancellationToken);

    /// <summary>What the next challenge against a poster costs, in wei.</summary>
    public Task<UInt128> GetBondAsync(Address poster, BlockTag block, CancellationToken cancellationToken) =>
        GetBondAsync(StakeOf(poster), block, cancellationToken);

    /// <summary>How many challenges wait for an answer about this poster's batches.</summary>
    public Task<ulong> CountOpenAsync(Address poster, BlockTag block, CancellationToken cancellationToken) =>
        CountOpenAsync(StakeOf(poster), block, cancellationToken);

    /// <summary>Ids of such challenges, at most <paramref name="count"/> from position <paramref name="start"/> on, in no order.</summary>
    public Task<IReadOnlyList<ulong>> GetOpenAsync(Address poster, ulong start, ulong count, BlockTag block, CancellationToken cancellationToken) =>
        GetOpenAsync(StakeOf(poster), start, count, block, cancellationToken);

    /// <summary>Calldata that demands query receipt <paramref name="index"/>, of which nothing need be known; pay exactly the bond.</summary>
    public byte[] ChallengeReceipt(PostedBatchRef batch, uint index)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return Encode("challengeReceipt", batch.ToTuple(), index);
    }

    /// <summary>Calldata that demands any other chunk; pay exactly the bond.</summary>
    /// <param name="leaf">The leaf of the place with its path; not read for a quote.</param>
    /// <exception cref="ArgumentException">No leaf, but the place needs one.</exception>
    public byte[] Challenge(PostedBatchRef batch, ChunkPlace place, LeafOpening? leaf)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (place.Kind == DataKind.QueryReceipt)
            return ChallengeReceipt(batch, place.Leaf);
        if (place.Kind == DataKind.Quote)
            return Encode("challengeQuoteData", batch.ToTuple(), place.Part);
        if (leaf is null)
            throw new ArgumentException($"Demanding {place} takes the leaf.", nameof(leaf));
        return Encode("challengeChunk", batch.ToTuple(), leaf.ToTuple(), (byte)place.Kind, place.Part, place.Number);
    }

    /// <summary>Calldata of <c>answer</c>.</summary>
    public byte[] Answer(ulong id, ChunkAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return Encode("answer", (BigInteger)id, s_answers.Function(answer.Function).EncodeCall([.. answer.Arguments]));
    }
}
