using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>A registered key with what it was judged to be.</summary>
/// <param name="Key">Valid until its own end or, once lapsed, until the epoch of the lapse.</param>
/// <param name="Judge">The quote verifier that judged its evidence last and is asked about it.</param>
/// <param name="Image">What runs: the hash of its measurements.</param>
/// <param name="Platform">Where it runs: the hash of its PCK certificate's issuer and serial number.</param>
/// <param name="LapsedAt">Unix seconds; 0 in good standing, now if the judge does not answer.</param>
/// <param name="IsAnswered">Whether the judge answered.</param>
public sealed record KeyStanding(SlotKey Key, Address Judge, Bytes32 Image, Bytes32 Platform, ulong LapsedAt, bool IsAnswered);
