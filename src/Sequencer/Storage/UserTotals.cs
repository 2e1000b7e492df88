namespace TeeTee.Sequencer.Storage;

/// <summary>What a user has used of one payment source.</summary>
/// <param name="Nonce">Highest accepted nonce over both sources; 0 before the first.</param>
/// <param name="Charged">Fees of answered jobs, wei.</param>
/// <param name="Held">Greatest fees of running jobs, wei.</param>
internal readonly record struct UserTotals(ulong Nonce, UInt128 Charged, UInt128 Held);
