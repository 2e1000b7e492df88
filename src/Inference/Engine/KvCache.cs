namespace TeeTee.Inference.Engine;

/// <summary>
/// The stored keys and values of a session (ruling 16): its pages, in the order of positions. Pages are taken as positions come, from those
/// that were promised to it. Used by one caller at a time.
/// </summary>
internal sealed class KvCache : IDisposable
{
    private readonly KvPagePool _pool;
    private readonly nint[] _addresses;
    private readonly int[] _pages;
    private int _count;

    /// <summary>An empty cache that can grow to <paramref name="capacity"/> positions.</summary>
    /// <exception cref="KvMemoryFullException">The pool has not so many pages to promise.</exception>
    public KvCache(KvPagePool pool, int capacity)
    {
        (_pool, Capacity, _pages) = (pool, capacity, new int[KvLayout.PagesOf(capacity)]);
        pool.Promise(_pages.Length);
        _addresses = new nint[_pages.Length];
    }

    /// <summary>How pages are laid out.</summary>
    public KvLayout Layout => _pool.Layout;

    /// <summary>Layers of the shard.</summary>
    public int Layers => Layout.Layers;

    /// <summary>Positions there is room for.</summary>
    public int Capacity { get; }

    /// <summary>The addresses of the pages held, one after another.</summary>
    public ReadOnlySpan<nint> Addresses => _addresses.AsSpan(0, _count);

    /// <summary>Takes pages until positions [0, <paramref name="positions"/>) have a place.</summary>
    public void Grow(int positions)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(positions, Capacity);
        while (_count < KvLayout.PagesOf(positions))
            Add(_pool.Take());
    }

    /// <summary>Continues with a page that somebody else filled, in the place of one of its own.</summary>
    public void Adopt(int page)
    {
        _pool.Share(page);
        Add(page);
    }

    /// <summary>The pool's number of the page that holds positions from 32 * <paramref name="index"/> on.</summary>
    public int PageAt(int index) => _pages[index];

    /// <summary>Copies one stored row; the only way to read rows that does not depend on how they lie in memory.</summary>
    /// <param name="layer">Counted inside the shard.</param>
    /// <param name="values">False for keys.</param>
    /// <param name="head">The kv head.</param>
    /// <param name="position">Of the row.</param>
    /// <param name="target">Receives the row.</param>
    public void CopyRow(int layer, bool values, int head, int position, Span<ushort> target)
    {
        Span<ushort> block = Block(layer, values, head, position, target.Length);
        int slot = position % KvLayout.PagePositions;
        if (values)
        {
            block.Slice(slot * target.Length, target.Length).CopyTo(target);
            return;
        }
        for (int i = 0; i < target.Length; i++)
            target[i] = block[i * KvLayout.PagePositions + slot];
    }

    /// <summary>Copies the rows of positions [0, positions), one after another.</summary>
    public void CopyRows(int layer, bool values, int head, int positions, Span<ushort> target)
    {
        for (int p = 0; p < positions; p++)
            CopyRow(layer, values, head, p, target.Slice(p * Layout.Dimension, Layout.Dimension));
    }

    /// <summary>Stores one row.</summary>
    public void StoreRow(int layer, bool values, int head, int position, ReadOnlySpan<ushort> row)
    {
        Span<ushort> block = Block(layer, values, head, position, row.Length);
        int slot = position % KvLayout.PagePositions;
        if (values)
        {
            row.CopyTo(block[(slot * row.Length)..]);
            return;
        }
        for (int i = 0; i < row.Length; i++)
            block[i * KvLayout.PagePositions + slot] = row[i];
    }

    /// <summary>Gives all pages back.</summary>
    public void Dispose()
    {
        for (int i = 0; i < _count; i++)
            _pool.Release(_pages[i]);
        _pool.Withdraw(_pages.Length - _count);
    }

    private void Add(int page)
    {
        _pages[_count] = page;
        _addresses[_count++] = _pool.Address(page);
    }

    private Span<ushort> Block(int layer, bool values, int head, int position, int length)
    {
        if ((uint)layer >= (uint)Layers || (uint)head >= (uint)Layout.Heads || (uint)position >= (uint)(_count * KvLayout.PagePositions))
            throw new ArgumentOutOfRangeException(nameof(position), position, $"Layer {layer}, kv head {head} and this position are not all held.");
        ArgumentOutOfRangeException.ThrowIfNotEqual(length, Layout.Dimension);
        int start = values ? Layout.Values(layer, head) : Layout.Keys(layer, head);
        return _pool.Page(_pages[position / KvLayout.PagePositions]).Slice(start, Layout.HeadHalves);
    }
}
