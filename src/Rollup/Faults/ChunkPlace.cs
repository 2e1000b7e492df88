using TeeTee.Rollup.Batches;

namespace TeeTee.Rollup.Faults;

/// <summary>A chunk of batch data by its meaning, as data challenges name it (docs/protocol.md, section 8).</summary>
/// <param name="Leaf">Receipt index, or <see cref="ItemKey.NoLeaf"/> for a quote.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Part">Position in the pipeline, or quote index; else 0.</param>
/// <param name="Number">Which 16,384 bytes of the item.</param>
public readonly record struct ChunkPlace(uint Leaf, DataKind Kind, ushort Part, uint Number);
