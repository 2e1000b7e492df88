using TeeTee.Inference.Engine;

namespace TeeTee.Inference.Tests.Engine;

public sealed class KvPagePoolTests : IDisposable
{
    private static readonly KvLayout s_layout = new(Layers: 2, Heads: 3, Dimension: 5);

    private readonly KvPagePool _pool = new(s_layout, 6 * s_layout.PageBytes, atLeast: 1);

    public void Dispose() => _pool.Dispose();

    [Fact]
    public void StoreRow_EveryPlace_IsReadBackAndNowhereElse()
    {
        using KvCache cache = new(_pool, 70);
        cache.Grow(70);
        ushort next = 1;
        Each((layer, values, head, position) => cache.StoreRow(layer, values, head, position, Row(ref next)));
        next = 1;
        Each((layer, values, head, position) =>
        {
            ushort[] row = new ushort[5];
            cache.CopyRow(layer, values, head, position, row);
            Assert.Equal(Row(ref next), row);
        });

        static void Each(Action<int, bool, int, int> act)
        {
            for (int i = 0; i < 2 * 2 * 3 * 70; i++)
                act(i / 70 / 6, i / 70 / 3 % 2 == 1, i / 70 % 3, i % 70);
        }

        static ushort[] Row(ref ushort next) => [next++, next, (ushort)(next + 7), (ushort)(next * 3), (ushort)~next];
    }

    [Fact]
    public void Page_Layout_IsKeysByPositionThenValuesByElement()
    {
        using KvCache cache = new(_pool, 40);
        cache.Grow(40);
        cache.StoreRow(1, false, 2, 33, [1, 2, 3, 4, 5]);
        cache.StoreRow(1, true, 2, 33, [6, 7, 8, 9, 10]);
        Span<ushort> page = _pool.Page(cache.PageAt(1));
        int keys = (1 * 3 + 2) * 2 * 5 * 32;
        Assert.Equal([1, 2, 3, 4, 5], Enumerable.Range(0, 5).Select(i => (int)_pool.Page(cache.PageAt(1))[keys + i * 32 + 1]));
        Assert.Equal([6, 7, 8, 9, 10], page.Slice(keys + 5 * 32 + 5, 5).ToArray());
        Assert.Equal(10, page.ToArray().Count(half => half != 0));
    }

    [Fact]
    public void CopyRow_OutsideOfWhatIsHeld_Throws()
    {
        using KvCache cache = new(_pool, 70);
        cache.Grow(33);
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.CopyRow(0, false, 0, 64, new ushort[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.CopyRow(2, false, 0, 0, new ushort[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.CopyRow(0, true, 3, 0, new ushort[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.StoreRow(0, true, 0, -1, new ushort[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.StoreRow(0, true, 0, 0, new ushort[4]));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.Grow(71));
    }

    [Fact]
    public void Promise_BeyondCapacity_RefusesAndKeepsItsWord()
    {
        using KvCache first = new(_pool, 3 * 32);
        KvMemoryFullException full = Assert.Throws<KvMemoryFullException>(() => new KvCache(_pool, 3 * 32 + 1));
        Assert.Equal((4, 3, 6), (full.Requested, full.Available, full.Capacity));
        using KvCache second = new(_pool, 3 * 32);
        first.Grow(3 * 32);
        second.Grow(3 * 32);
        Assert.Equal(new KvMemory(6, 6, 0, s_layout.PageBytes), _pool.Snapshot());
    }

    [Fact]
    public void Take_UsedPage_IsZeroAgain()
    {
        using (KvCache cache = new(_pool, 32))
        {
            cache.Grow(1);
            _pool.Page(cache.PageAt(0)).Fill(0x3C00);
        }
        using KvCache next = new(_pool, 32);
        next.Grow(1);
        Assert.Equal(0, next.PageAt(0));
        Assert.False(_pool.Page(0).ContainsAnyExcept((ushort)0));
    }

    [Fact]
    public void Adopt_SharedPage_StaysUntilTheLastHolderLetsGo()
    {
        KvCache owner = new(_pool, 64), sharer = new(_pool, 64);
        owner.Grow(32);
        owner.StoreRow(0, true, 1, 31, [1, 2, 3, 4, 5]);
        sharer.Adopt(owner.PageAt(0));
        Assert.Equal(new KvMemory(6, 1, 2, s_layout.PageBytes), _pool.Snapshot());
        owner.Dispose();
        ushort[] row = new ushort[5];
        sharer.CopyRow(0, true, 1, 31, row);
        Assert.Equal([1, 2, 3, 4, 5], row);
        sharer.Grow(33);
        Assert.NotEqual(sharer.PageAt(0), sharer.PageAt(1));
        sharer.Dispose();
        Assert.Equal(new KvMemory(6, 0, 0, s_layout.PageBytes), _pool.Snapshot());
    }
}
