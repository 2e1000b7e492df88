namespace TeeTee.Rollup.Economics;

/// <summary>The money of one job as one host sees it, in wei.</summary>
/// <param name="Fee">What the user pays for the whole job.</param>
/// <param name="Share">The host's share of it: R of the formulas.</param>
/// <param name="Gain">What the host saves if it makes its result up: C of the formulas.</param>
public sealed record JobMoney(UInt128 Fee, UInt128 Share, UInt128 Gain);
