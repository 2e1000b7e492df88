namespace TeeTee.Inference.Models;

/// <summary>The layers [First, First + Count) of a model; at least one.</summary>
public readonly record struct LayerRange
{
    /// <summary>Checks that the range is not empty and does not overflow.</summary>
    /// <exception cref="ArgumentOutOfRangeException">First is negative or Count is not positive.</exception>
    public LayerRange(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, int.MaxValue - first);
        (First, Count) = (first, count);
    }

    /// <summary>The first layer, counted from 0.</summary>
    public int First { get; }

    /// <summary>How many layers.</summary>
    public int Count { get; }

    /// <summary>The layer after the last.</summary>
    public int End => First + Count;

    /// <summary>True where the layer is one of these.</summary>
    public bool Contains(int layer) => layer >= First && layer < End;

    /// <summary>Cuts a model into contiguous ranges whose sizes differ by at most one, the longer ones first.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Fewer layers than shards, or no shard.</exception>
    public static LayerRange[] Split(int layers, int shards)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shards);
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, shards);
        LayerRange[] ranges = new LayerRange[shards];
        int first = 0;
        for (int i = 0; i < shards; i++)
        {
            ranges[i] = new LayerRange(first, layers / shards + (i < layers % shards ? 1 : 0));
            first = ranges[i].End;
        }
        return ranges;
    }

    /// <inheritdoc/>
    public override string ToString() => $"layers {First}..{End - 1}";
}
