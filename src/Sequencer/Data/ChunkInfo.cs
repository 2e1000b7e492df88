using TeeTee.Primitives;

namespace TeeTee.Sequencer.Data;

/// <summary>A chunk of batch data as the API gives it; its bytes are under <c>/v1/data/{hash}</c>.</summary>
public sealed record ChunkInfo(uint Leaf, byte Kind, ushort Part, uint Number, uint ItemLength, Bytes32 Hash);
