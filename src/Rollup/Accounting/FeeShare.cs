using TeeTee.Primitives;

namespace TeeTee.Rollup.Accounting;

/// <summary>One payee's part of a fee.</summary>
/// <param name="Role">For what.</param>
/// <param name="Payee">Operator of the slot, or the sequencer.</param>
/// <param name="Slot">The slot id of a host; null of the sequencer.</param>
/// <param name="Amount">Wei.</param>
public sealed record FeeShare(PayeeRole Role, Address Payee, uint? Slot, UInt128 Amount);
