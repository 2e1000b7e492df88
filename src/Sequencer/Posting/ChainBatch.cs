using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Sequencer.Posting;

/// <summary>A batch as the contract has it.</summary>
internal sealed record ChainBatch(Bytes32 Hash, ulong PostedAt, BatchStatus Status);
