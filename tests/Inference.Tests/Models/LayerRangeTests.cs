using FsCheck;
using FsCheck.Fluent;
using TeeTee.Inference.Models;

namespace TeeTee.Inference.Tests.Models;

public class LayerRangeTests
{
    [Fact]
    public void Split_AnyModel_CoversEachLayerOnceAndEvenly() =>
        Prop.ForAll(Gen.Choose(1, 200).SelectMany(layers => Gen.Choose(1, layers).Select(shards => (layers, shards))).ToArbitrary(),
            static item =>
            {
                LayerRange[] ranges = LayerRange.Split(item.layers, item.shards);
                return ranges.Length == item.shards && ranges[0].First == 0 && ranges[^1].End == item.layers
                    && ranges.Zip(ranges.Skip(1)).All(static pair => pair.First.End == pair.Second.First)
                    && ranges.Max(static range => range.Count) - ranges.Min(static range => range.Count) <= 1;
            }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(1, int.MaxValue)]
    public void Constructor_EmptyOrOverflowing_Throws(int first, int count) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LayerRange(first, count));

    [Theory]
    [InlineData(3, 4)]
    [InlineData(3, 0)]
    public void Split_MoreShardsThanLayersOrNone_Throws(int layers, int shards) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => LayerRange.Split(layers, shards));
}
