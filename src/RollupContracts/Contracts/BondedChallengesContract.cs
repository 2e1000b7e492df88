using System.Numerics;
using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>What contracts have in common whose challenges only silence decides. Ids fit in 64 bits, since each costs a transaction.</summary>
public abstract class BondedChallengesContract : Contract
{
    private protected BondedChallengesContract(EthereumClient client, Address address, string artifact)
        : base(client, address, artifact)
    {
    }

    /// <summary>How many challenges were ever opened.</summary>
    public Task<ulong> CountAsync(BlockTag block, CancellationToken cancellationToken) => IdAsync("challengeCount", [], block, cancellationToken);

    /// <summary>What a conviction takes from the stake, in wei.</summary>
    public Task<UInt128> GetPenaltyAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("penalty", [], block, cancellationToken);

    /// <summary>What the contract owes an address from bonds, in wei.</summary>
    public Task<UInt128> GetPayoutAsync(Address owner, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("payoutOf", [owner], block, cancellationToken);

    /// <summary>Calldata of <c>timeout</c>.</summary>
    public byte[] Timeout(ulong id) => Encode("timeout", (BigInteger)id);

    /// <summary>Calldata of <c>withdrawPayout</c>.</summary>
    public byte[] WithdrawPayout(Address to) => Encode("withdrawPayout", to);

    /// <summary>What the next challenge against a stake costs, in wei.</summary>
    private protected Task<UInt128> GetBondAsync(Bytes32 target, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("bondFor", [target], block, cancellationToken);

    private protected Task<ulong> CountOpenAsync(Bytes32 target, BlockTag block, CancellationToken cancellationToken) =>
        IdAsync("openCountOf", [target], block, cancellationToken);

    private protected async Task<IReadOnlyList<ulong>> GetOpenAsync(
        Bytes32 target, ulong start, ulong count, BlockTag block, CancellationToken cancellationToken)
    {
        object[] ids = (object[])await CallAsync<object>("openOf", [target, (BigInteger)start, (BigInteger)count], block, cancellationToken);
        return [.. ids.Select(id => Id((BigInteger)id))];
    }

    private protected async Task<ulong> IdAsync(string function, object[] arguments, BlockTag block, CancellationToken cancellationToken) =>
        Id(await CallAsync<BigInteger>(function, arguments, block, cancellationToken));

    /// <summary>The stake id of a poster.</summary>
    private protected static Bytes32 StakeOf(Address poster)
    {
        Span<byte> word = stackalloc byte[Bytes32.Size];
        word.Clear();
        poster.CopyTo(word[(Bytes32.Size - Address.Size)..]);
        return new Bytes32(word);
    }

    private static ulong Id(BigInteger value) => value <= ulong.MaxValue
        ? (ulong)value
        : throw new MalformedDataException($"The contract counts {value} challenges.");
}
