using TeeTee.Primitives;

namespace TeeTee.Gateway.Jobs;

/// <summary>What a sequencer knows of an account: <c>GET /v1/accounts/{address}</c>. Amounts are wei.</summary>
/// <param name="Address">The account.</param>
/// <param name="Nonce">Highest accepted nonce; the next request needs a greater one.</param>
/// <param name="Spent">Fees of answered jobs paid from credits, posted or not.</param>
/// <param name="Held">Held for running jobs paid from credits.</param>
/// <param name="Deposited">Deposits less withdrawals at the chain's safe block.</param>
/// <param name="Available">Deposited - spent - held.</param>
/// <param name="Earned">Earned as a host, in posted batches or not.</param>
/// <param name="EarningsSpent">Fees of answered jobs paid from earnings.</param>
/// <param name="EarningsAvailable">Finalised earnings less what was spent or is held of them.</param>
public sealed record AccountInfo(
    Address Address, ulong Nonce, UInt128 Spent, UInt128 Held, UInt128 Deposited, UInt128 Available, UInt128 Earned,
    UInt128 EarningsSpent, UInt128 EarningsAvailable);
