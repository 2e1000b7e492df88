using System.Numerics;
using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>DisputeGame: disputes about one computation. Ids fit in 64 bits, since each costs a transaction.</summary>
public sealed class DisputeGameContract(EthereumClient client, Address address) : Contract(client, address, ContractNames.DisputeGame)
{
    private static readonly AbiType[] s_positionKey = [.. ((string[])["bytes32", "uint32", "uint32", "uint32"]).Select(AbiType.Parse)];
    private static readonly AbiType[] s_caseKey = [.. ((string[])["bytes32", "uint32", "uint32"]).Select(AbiType.Parse)];

    /// <summary>keccak256(abi.encode(batchHash, leaf, shard, position)).</summary>
    public static Bytes32 PositionKey(Bytes32 batchHash, uint leaf, uint shard, uint position) =>
        Keccak256.Hash(AbiCodec.Encode(s_positionKey, [batchHash, leaf, shard, position]));

    /// <summary>keccak256(abi.encode(batchHash, leaf, shard)).</summary>
    public static Bytes32 CaseKey(Bytes32 batchHash, uint leaf, uint shard) =>
        Keccak256.Hash(AbiCodec.Encode(s_caseKey, [batchHash, leaf, shard]));

    /// <summary>A dispute as it stands; its state is <see cref="GameState.None"/> for an unknown id.</summary>
    public async Task<GameDispute> GetAsync(ulong id, BlockTag block, CancellationToken cancellationToken) =>
        GameDispute.Of(id, await CallAsync<object>("dispute", [(BigInteger)id], block, cancellationToken));

    /// <summary>All disputes about a shard of a leaf.</summary>
    public async Task<GameCase> GetCaseAsync(Bytes32 caseKey, BlockTag block, CancellationToken cancellationToken) =>
        GameCase.Of(await CallAsync<object>("caseOf", [caseKey], block, cancellationToken));

    /// <summary>The dispute that an account opened at a position; 0 if none.</summary>
    public Task<ulong> FindAsync(Bytes32 positionKey, Address challenger, BlockTag block, CancellationToken cancellationToken) =>
        IdAsync("disputeOf", [positionKey, challenger], block, cancellationToken);

    /// <summary>How many disputes were ever opened.</summary>
    public Task<ulong> CountAsync(BlockTag block, CancellationToken cancellationToken) => IdAsync("disputeCount", [], block, cancellationToken);

    /// <summary>What was fixed when it was deployed.</summary>
    public async Task<DisputeTerms> GetTermsAsync(BlockTag block, CancellationToken cancellationToken) =>
        DisputeTerms.Of(await CallAsync<object>("terms", [], block, cancellationToken));

    /// <summary>What a dispute against an operator costs now, in wei.</summary>
    public Task<UInt128> GetBondAsync(Address accused, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("bondFor", [accused], block, cancellationToken);

    /// <summary>How many disputes against an operator are not settled, moot ones included.</summary>
    public Task<ulong> CountUnsettledAsync(Address accused, BlockTag block, CancellationToken cancellationToken) =>
        IdAsync("unsettledCountOf", [accused], block, cancellationToken);

    /// <summary>Ids of such disputes, at most <paramref name="count"/> from position <paramref name="start"/> on, in no order.</summary>
    public async Task<IReadOnlyList<ulong>> GetUnsettledAsync(Address accused, ulong start, ulong count, BlockTag block, CancellationToken cancellationToken)
    {
        object[] ids = (object[])await CallAsync<object>("openOf", [accused, (BigInteger)start, (BigInteger)count], block, cancellationToken);
        return [.. ids.Select(id => Id((BigInteger)id))];
    }

    /// <summary>How far the reveal at a position has come.</summary>
    public async Task<GameReveal> GetRevealAsync(Bytes32 positionKey, BlockTag block, CancellationToken cancellationToken)
    {
        object[] v = await CallAsync("revealOf", [positionKey], block, cancellationToken);
        return new GameReveal([.. ((object[])v[0]).Cast<Bytes32>()], (bool)v[1], (ulong)v[2]);
    }

    /// <summary>Whether an account may reveal for an operator.</summary>
    public Task<bool> IsDefenderAsync(Address accused, Address defender, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<bool>("isDefender", [accused, defender], block, cancellationToken);

    /// <summary>What the contract owes an address, in wei.</summary>
    public Task<UInt128> GetPayoutAsync(Address owner, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync<UInt128>("payoutOf", [owner], block, cancellationToken);

    /// <summary>Calldata of <c>open</c>; pay exactly the bond.</summary>
    public byte[] Open(
        BatchHeader header, uint leaf, QueryReceipt receipt, IReadOnlyList<Bytes32> path, OpenItems items, DisputeContext context, Bytes32 commitment)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(context);
        object[] proof = [leaf, Tuples.Of(receipt), Tuples.Of(path)];
        object[] signed =
        [
            Tuples.Of(items.Request.Message), items.Request.Signature.ToArray(), Tuples.Of(items.Receipt.Message), items.Receipt.Signature.ToArray(),
            items.AuditGrant?.ToArray() ?? [],
        ];
        return Encode("open", Tuples.Of(header), proof, signed, context.ToTuple(), commitment);
    }

    /// <summary>Calldata of <c>reveal</c> for groups <paramref name="firstGroup"/> and following.</summary>
    /// <param name="opening">Of leaf(p); its path may be empty after the first transaction.</param>
    /// <param name="tokensPage">With the head group the page of tokensRoot that holds token(p + 1), otherwise null.</param>
    /// <param name="pick">With the head group the pick's content, otherwise empty.</param>
    public byte[] Reveal(
        DisputeContext context, TraceOpening opening, uint firstGroup, IReadOnlyList<IReadOnlyList<Bytes32>> groups, ProvenPage? tokensPage, byte[] pick)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(opening);
        object[] tokens = tokensPage is { } page ? [new object[] { page.Content, Tuples.Of(page.Path) }] : [];
        return Encode("reveal", context.ToTuple(), Tuples.Of(opening), firstGroup, groups.Select(g => (object)Tuples.Of(g)).ToArray(), tokens, pick);
    }

    /// <summary>Calldata of <c>select</c>.</summary>
    public byte[] Select(ulong id, DisputeContext context, EntryPlace place, EntryOpening revealed, EntryOpening revealedBefore, OwnListOpening own)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(own);
        return Encode(
            "select", (BigInteger)id, context.ToTuple(), (uint)place.Group, (uint)place.Index, Tuples.Of(revealed), Tuples.Of(revealedBefore), own.ToTuple());
    }

    /// <summary>Calldata of <c>answer</c>.</summary>
    public byte[] Answer(ulong id, DisputeContext context, byte[] content)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Encode("answer", (BigInteger)id, context.ToTuple(), content);
    }

    /// <summary>Calldata of <c>prove</c>.</summary>
    public byte[] Prove(ulong id, DisputeContext context, uint element, uint part, byte[] witness)
    {
        ArgumentNullException.ThrowIfNull(context);
        return Encode("prove", (BigInteger)id, context.ToTuple(), element, part, witness);
    }

    /// <summary>Calldata of <c>timeout</c>.</summary>
    public byte[] Timeout(ulong id) => Encode("timeout", (BigInteger)id);

    /// <summary>Calldata of <c>proveBoundary</c>.</summary>
    /// <param name="lower">Of leaf(p) of the accused shard.</param>
    /// <param name="receipt">The leaf of the batch.</param>
    /// <param name="above">The receipt of the shard above.</param>
    /// <param name="upper">Of leaf(p) of the shard above.</param>
    public byte[] ProveBoundary(
        ulong id, DisputeContext context, TraceOpening lower, QueryReceipt receipt, Signed<ShardReceipt> above, TraceOpening upper)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(above);
        return Encode(
            "proveBoundary", (BigInteger)id, context.ToTuple(), Tuples.Of(lower), Tuples.Of(receipt), Tuples.Of(above.Message), above.Signature.ToArray(),
            Tuples.Of(upper));
    }

    /// <summary>Calldata of <c>takeOver</c>.</summary>
    public byte[] TakeOver(ulong id, DisputeContext context, EntryOpening revealed, EntryOpening revealedBefore, OwnListOpening own)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(own);
        return Encode("takeOver", (BigInteger)id, context.ToTuple(), Tuples.Of(revealed), Tuples.Of(revealedBefore), own.ToTuple());
    }

    /// <summary>Calldata of <c>payBounty</c>.</summary>
    public byte[] PayBounty(ulong id) => Encode("payBounty", (BigInteger)id);

    /// <summary>Calldata of <c>release</c>.</summary>
    public byte[] Release(Bytes32 caseKey) => Encode("release", caseKey);

    /// <summary>Calldata of <c>setDefender</c>.</summary>
    public byte[] SetDefender(Address defender, bool allowed) => Encode("setDefender", defender, allowed);

    /// <summary>Calldata of <c>withdrawPayout</c>.</summary>
    public byte[] WithdrawPayout(Address to) => Encode("withdrawPayout", to);

    private async Task<ulong> IdAsync(string function, object[] arguments, BlockTag block, CancellationToken cancellationToken) =>
        Id(await CallAsync<BigInteger>(function, arguments, block, cancellationToken));

    private static ulong Id(BigInteger value) => value <= ulong.MaxValue
        ? (ulong)value
        : throw new MalformedDataException($"The contract counts {value} disputes.");
}
