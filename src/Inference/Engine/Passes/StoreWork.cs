using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>After the joint product: rotation of queries and keys, then keys and values go to the cache as binary16.</summary>
internal sealed class StoreWork(ForwardPass pass) : RowWork(pass)
{
    private readonly ModelConfig _config = pass.Model.Config;

    protected override NonFinite Apply(int row, int worker)
    {
        Span<float> query = Row(Buffers.Query, row, _config.QueryLength);
        Span<float> key = Row(Buffers.Key, row, _config.KvLength);
        Span<float> value = Row(Buffers.Value, row, _config.KvLength);
        NonFinite failure = Product(query);
        if (failure.IsNone)
            failure = Product(key);
        if (failure.IsNone)
            failure = Product(value);
        if (failure.IsNone)
            failure = Rotate(query, row);
        if (failure.IsNone)
            failure = Rotate(key, row);
        if (failure.IsNone)
            failure = Store(row, key, values: false);
        return failure.IsNone ? Store(row, value, values: true) : failure;
    }

    private NonFinite Rotate(Span<float> heads, int row)
    {
        int position = Pass.PositionOf(row);
        return Vectors.Rotate(
            heads, _config.HeadDimension, Pass.Model.Cosines(position), Pass.Model.Sines(position), _config.RopePairing == RopePairing.Neox);
    }

    private NonFinite Store(int row, ReadOnlySpan<float> heads, bool values)
    {
        KvCache cache = Pass.RunOf(row).Session.Cache;
        Span<ushort> halves = stackalloc ushort[_config.HeadDimension];
        for (int head = 0; head < _config.KvHeadCount; head++)
        {
            NonFinite failure = Vectors.StoreHalves(heads.Slice(head * _config.HeadDimension, _config.HeadDimension), halves);
            if (!failure.IsNone)
                return failure;
            cache.StoreRow(Pass.CurrentLayer, values, head, Pass.PositionOf(row), halves);
        }
        return NonFinite.None;
    }
}
