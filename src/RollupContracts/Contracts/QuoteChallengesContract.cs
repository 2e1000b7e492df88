using System.Numerics;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>QuoteChallenges: doubts about the quotes behind a batch, with bonds. Ids fit in 64 bits, since each costs a transaction.</summary>
public sealed class QuoteChallengesContract(EthereumClient client, Address address) : Contract(client, address, ContractNames.QuoteChallenges)
{
    /// <summary>What a challenge costs, in wei.</summary>
    public Task<UInt128> GetBondAsync(BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("bond", [], block, cancellationToken);

    /// <summary>A challenge; its state is <see cref="ChallengeState.None"/> for an unknown id.</summary>
    public async Task<QuoteChallenge> GetAsync(ulong id, BlockTag block, CancellationToken cancellationToken) =>
        QuoteChallenge.Of(id, await CallAsync<object>("challenge", [id], block, cancellationToken));

    /// <summary>The challenge of a quote; 0 if there was none.</summary>
    public async Task<ulong> FindAsync(Bytes32 batchHash, uint quoteIndex, BlockTag block, CancellationToken cancellationToken) =>
        Id(await CallAsync<BigInteger>("challengeOf", [batchHash, quoteIndex], block, cancellationToken));

    /// <summary>How many challenges wait for an answer of this poster.</summary>
    public async Task<ulong> CountOpenAsync(Address poster, BlockTag block, CancellationToken cancellationToken) =>
        Id(await CallAsync<BigInteger>("openCountOf", [poster], block, cancellationToken));

    /// <summary>Ids of such challenges, at most <paramref name="count"/> from position <paramref name="start"/> on, in no order.</summary>
    public async Task<IReadOnlyList<ulong>> GetOpenAsync(
        Address poster, ulong start, ulong count, BlockTag block, CancellationToken cancellationToken)
    {
        object[] ids = (object[])await CallAsync<object>("openOf", [poster, start, count], block, cancellationToken);
        return [.. ids.Select(id => Id((BigInteger)id))];
    }

    /// <summary>The second by which a quote of <paramref name="epoch"/> in a batch of <paramref name="postedAt"/> is judged.</summary>
    public Task<ulong> GetJudgedAtAsync(ulong epoch, ulong postedAt, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<ulong>("judgedAt", [epoch, postedAt], block, cancellationToken);

    /// <summary>What the contract owes an address from bonds, in wei.</summary>
    public Task<UInt128> GetPayoutAsync(Address owner, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("payoutOf", [owner], block, cancellationToken);

    /// <summary>Calldata of <c>challengeQuote</c>; pay the bond.</summary>
    public byte[] ChallengeQuote(ulong batchIndex, Bytes32 batchHash, BatchHeader header, uint quoteIndex) =>
        Encode("challengeQuote", batchIndex, batchHash, Tuples.Of(header), quoteIndex);

    /// <summary>Calldata of <c>answer</c>.</summary>
    /// <param name="proof">The record's audit path against the batch's quotes root, bottom up.</param>
    /// <param name="evidence">The quote behind the record's hash, with its certificates.</param>
    public byte[] Answer(ulong id, QuoteRecord record, IReadOnlyList<Bytes32> proof, TdxEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(proof);
        ArgumentNullException.ThrowIfNull(evidence);
        return Encode(
            "answer", id, Tuples.Of(record), proof.Select(p => (object)p).ToArray(), evidence.Quote.ToArray(), evidence.PckCertificate.ToArray(),
            evidence.PckIssuer.ToArray());
    }

    /// <summary>Calldata of <c>timeout</c>.</summary>
    public byte[] Timeout(ulong id) => Encode("timeout", id);

    /// <summary>Calldata of <c>withdrawPayout</c>.</summary>
    public byte[] WithdrawPayout(Address to) => Encode("withdrawPayout", to);

    private static ulong Id(BigInteger value) => value <= ulong.MaxValue
        ? (ulong)value
        : throw new MalformedDataException($"The contract counts {value} challenges.");
}
