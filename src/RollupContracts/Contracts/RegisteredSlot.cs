using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>A slot and its stake. <paramref name="ExitAt"/> is 0 unless an exit was requested (Unix seconds).</summary>
public sealed record RegisteredSlot(Slot Slot, UInt128 Stake, ulong ExitAt, bool IsFrozen);
