using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;

namespace TeeTee.Inference.Engine;

/// <summary>
/// The stored keys and values of a session as binary16 (ruling 16). The rows of one (layer, kind, kv head) lie one after
/// the other by position, as attention reads them.
/// </summary>
internal sealed class KvCache : IDisposable
{
    private readonly NativeBuffer<ushort> _data;
    private readonly int _heads;
    private readonly int _dimension;

    public KvCache(ModelConfig config, int layers, int capacity)
    {
        (_heads, _dimension, Layers, Capacity) = (config.KvHeadCount, config.HeadDimension, layers, capacity);
        _data = new NativeBuffer<ushort>(2L * layers * _heads * capacity * _dimension);
    }

    /// <summary>Layers of the shard.</summary>
    public int Layers { get; }

    /// <summary>Positions there is room for.</summary>
    public int Capacity { get; }

    /// <summary>Rows of the first <paramref name="positions"/> positions of one head.</summary>
    /// <param name="layer">Counted inside the shard.</param>
    /// <param name="values">False for keys.</param>
    /// <param name="head">The kv head.</param>
    /// <param name="positions">Number of rows.</param>
    public ReadOnlySpan<ushort> Rows(int layer, bool values, int head, int positions) =>
        _data.Slice(Offset(layer, values, head), positions * _dimension);

    /// <summary>The row of one position.</summary>
    public Span<ushort> Row(int layer, bool values, int head, int position) =>
        _data.Slice(Offset(layer, values, head) + (long)position * _dimension, _dimension);

    /// <summary>Copies one stored row; the only way to read rows that does not depend on how they lie in memory.</summary>
    public void CopyRow(int layer, bool values, int head, int position, Span<ushort> target) =>
        Row(layer, values, head, position).CopyTo(target);

    /// <summary>Stores one row.</summary>
    public void StoreRow(int layer, bool values, int head, int position, ReadOnlySpan<ushort> row) =>
        row.CopyTo(Row(layer, values, head, position));

    public void Dispose() => _data.Dispose();

    private long Offset(int layer, bool values, int head) =>
        (((long)layer * 2 + (values ? 1 : 0)) * _heads + head) * Capacity * _dimension;
}
