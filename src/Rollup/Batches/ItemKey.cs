namespace TeeTee.Rollup.Batches;

/// <summary>Names an item of batch data; ordered as the chunks are.</summary>
/// <param name="Leaf">Receipt index, or <see cref="NoLeaf"/> for a quote.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Part">Position in the pipeline, or quote index; else 0.</param>
public readonly record struct ItemKey(uint Leaf, DataKind Kind, ushort Part) : IComparable<ItemKey>
{
    /// <summary>The leaf of items that belong to no receipt.</summary>
    public const uint NoLeaf = uint.MaxValue;

    public int CompareTo(ItemKey other) => (Leaf, Kind, Part).CompareTo((other.Leaf, other.Kind, other.Part));
}
