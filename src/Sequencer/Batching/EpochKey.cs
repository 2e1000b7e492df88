using TeeTee.Primitives;

namespace TeeTee.Sequencer.Batching;

/// <summary>What one quote is about.</summary>
internal readonly record struct EpochKey(uint Slot, Address Operator, ulong Epoch);
