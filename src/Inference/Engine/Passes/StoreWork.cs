using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>
/// After the joint product: biases and the norms of heads where the architecture has them, rotation of queries and keys, then keys and values
/// go to the cache as binary16.
/// </summary>
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
            failure = Prepare(query, key, value);
        if (failure.IsNone)
            failure = Rotate(query, row);
        if (failure.IsNone)
            failure = Rotate(key, row);
        Span<ushort> halves = Row(Buffers.Halves, worker, 2 * _config.KvLength);
        if (failure.IsNone)
            failure = Store(row, key, halves[.._config.KvLength], values: false);
        if (failure.IsNone)
            failure = Store(row, value, halves[_config.KvLength..], values: true);
        if (failure.IsNone)
            HashRows(row, halves);
        return failure;
    }

    private NonFinite Prepare(Span<float> query, Span<float> key, Span<float> value)
    {
        LayerWeights weights = Pass.Model.Layer(Pass.CurrentLayer);
        NonFinite failure = Bias(query, weights.QueryBias);
        if (failure.IsNone)
            failure = Bias(key, weights.KeyBias);
        if (failure.IsNone)
            failure = Bias(value, weights.ValueBias);
        if (failure.IsNone)
            failure = NormHeads(query, weights.QueryNorm);
        return failure.IsNone ? NormHeads(key, weights.KeyNorm) : failure;
    }

    private NonFinite Bias(Span<float> heads, float[]? bias) => bias is null ? NonFinite.None : Vectors.AddBias(heads, bias);

    private NonFinite NormHeads(Span<float> heads, float[]? weight)
    {
        NonFinite failure = NonFinite.None;
        for (int first = 0; weight is not null && failure.IsNone && first < heads.Length; first += _config.HeadDimension)
        {
            Span<float> head = heads.Slice(first, _config.HeadDimension);
            failure = Vectors.RmsNorm(head, weight, _config.RmsEpsilon, head);
        }
        return failure;
    }

    private NonFinite Rotate(Span<float> heads, int row)
    {
        int position = Pass.PositionOf(row);
        return Vectors.Rotate(
            heads, _config.HeadDimension, Pass.Model.Cosines(position), Pass.Model.Sines(position), _config.RopePairing == RopePairing.Neox);
    }

    private NonFinite Store(int row, ReadOnlySpan<float> heads, Span<ushort> halves, bool values)
    {
        KvCache cache = Pass.RunOf(row).Session.Cache;
        for (int head = 0; head < _config.KvHeadCount; head++)
        {
            Span<ushort> half = halves.Slice(head * _config.HeadDimension, _config.HeadDimension);
            NonFinite failure = Vectors.StoreHalves(heads.Slice(head * _config.HeadDimension, _config.HeadDimension), half);
            if (!failure.IsNone)
                return failure;
            cache.StoreRow(Pass.CurrentLayer, values, head, Pass.PositionOf(row), half);
        }
        return NonFinite.None;
    }

    // Here the rows are at hand; to gather a position's keys from its page costs more than to hash them.
    private void HashRows(int row, ReadOnlySpan<ushort> halves) =>
        Pass.RunOf(row).Session.Trace?.HashRows(Pass.CurrentLayer, Pass.PositionOf(row), halves, Buffers.LayerLeaves(row, Pass.CurrentLayer));
}
