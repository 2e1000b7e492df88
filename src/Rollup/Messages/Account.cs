using TeeTee.Primitives;
using TeeTee.Rollup.Abi;

namespace TeeTee.Rollup.Messages;

/// <summary>One account of the state tree; every amount is cumulative, in wei (protocol section 9).</summary>
/// <param name="Spent">Charged to deposited credits.</param>
/// <param name="Nonce">Of the last request applied; 0 before the first.</param>
/// <param name="Earned">Shares received.</param>
/// <param name="EarningsSpent">Charged to earnings.</param>
public sealed record Account(Address Owner, UInt128 Spent, ulong Nonce, UInt128 Earned, UInt128 EarningsSpent)
    : IRollupMessage<Account>
{
    /// <summary>An account that never took part.</summary>
    public static Account New(Address owner) => new(owner, 0, 0, 0, 0);

    /// <summary>Leaf of the state tree: <c>keccak256(0x00 || abi.encode(account))</c>; zero for an account that never took part.</summary>
    public Bytes32 Leaf() => this == New(Owner) ? Bytes32.Zero : Keccak256.Hash([0, .. this.Encode()]);

    static bool IRollupMessage<Account>.IsDynamic => false;

    /// <inheritdoc/>
    public void WriteMembers(TupleWriter writer) =>
        writer.Account(Owner).Number(Spent).Number(Nonce).Number(Earned).Number(EarningsSpent);

    static Account IRollupMessage<Account>.ReadMembers(ref TupleReader reader) =>
        new(reader.Account(), reader.U128(), reader.U64(), reader.U128(), reader.U128());
}
