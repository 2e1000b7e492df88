using System.Numerics;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.RollupContracts;

/// <summary>WeightChallenges: demands for pages of a listed model's weights.</summary>
public sealed class WeightChallengesContract(EthereumClient client, Address address) : BondedChallengesContract(client, address, ContractNames.WeightChallenges)
{
    /// <summary>A challenge; its state is <see cref="ChallengeState.None"/> for an unknown id.</summary>
    public async Task<WeightChallenge> GetAsync(ulong id, BlockTag block, CancellationToken cancellationToken) =>
        WeightChallenge.Of(id, await CallAsync<object>("challenge", [(BigInteger)id], block, cancellationToken));

    /// <summary>What the next challenge of a page of this model costs, in wei.</summary>
    public new Task<UInt128> GetBondAsync(Bytes32 modelId, BlockTag block, CancellationToken cancellationToken) =>
        base.GetBondAsync(modelId, block, cancellationToken);

    /// <summary>Ids of challenges that wait for a page of this model.</summary>
    public new Task<IReadOnlyList<ulong>> GetOpenAsync(Bytes32 modelId, ulong start, ulong count, BlockTag block, CancellationToken cancellationToken) =>
        base.GetOpenAsync(modelId, start, count, block, cancellationToken);

    /// <summary>Calldata of <c>challengeRow</c>; pay exactly the bond.</summary>
    public byte[] ChallengeRow(Bytes32 modelId, ModelConfig config, uint tensorId, uint row, uint page)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Encode("challengeRow", modelId, config.ToTuple(), tensorId, row, page);
    }

    /// <summary>Calldata of <c>answerRow</c>.</summary>
    /// <param name="page">The page's bytes.</param>
    /// <param name="path">Its path below weightsRoot, bottom up.</param>
    public byte[] AnswerRow(ulong id, ModelConfig config, byte[] page, IReadOnlyList<Bytes32> path)
    {
        ArgumentNullException.ThrowIfNull(config);
        return Encode("answerRow", (BigInteger)id, config.ToTuple(), page, MessageTuples.Of(path));
    }
}
