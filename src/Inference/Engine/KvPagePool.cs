using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Engine;

/// <summary>
/// The bounded memory for keys and values of one shard. A session is promised all its pages when it begins and takes them one by one as
/// positions come, so that an admitted session never meets a full pool; pages are reference counted, because sessions share those of equal
/// prefixes, and free again as soon as the last holder lets go. At every moment pages in use plus pages promised are within the capacity.
/// Safe for concurrent use.
/// </summary>
internal sealed class KvPagePool : IDisposable
{
    // Slabs of several huge pages; memory is touched page by page only.
    private const long SlabBytes = 8L << 20;
    private const int MostPages = 1 << 24;

    private readonly int _pagesPerSlab;
    private readonly NativeBuffer<ushort>?[] _slabs;
    private readonly Stack<int> _free = new();
    private readonly List<int> _references = [];
    private int _inUse;
    private int _promised;

    /// <summary>A pool of as many pages as fit the bytes, but at least some.</summary>
    public KvPagePool(KvLayout layout, long maxBytes, int atLeast)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxBytes);
        Layout = layout;
        Capacity = (int)Math.Clamp(maxBytes / layout.PageBytes, atLeast, MostPages);
        _pagesPerSlab = (int)Math.Clamp(SlabBytes / layout.PageBytes, 1, Capacity);
        _slabs = new NativeBuffer<ushort>?[(Capacity + _pagesPerSlab - 1) / _pagesPerSlab];
    }

    public KvLayout Layout { get; }

    /// <summary>Most pages.</summary>
    public int Capacity { get; }

    /// <summary>Guards the pool and whoever reclaims for it.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Asked before a promise is refused.</summary>
    public IPageReclaimer? Reclaimer { get; set; }

    public KvMemory Snapshot()
    {
        lock (Gate)
            return new KvMemory(Capacity, _inUse, _promised, Layout.PageBytes);
    }

    /// <summary>Promises pages, after dropping what only the reclaimer holds where that is needed.</summary>
    /// <exception cref="KvMemoryFullException">There are not as many; nothing was promised.</exception>
    public void Promise(int pages)
    {
        lock (Gate)
        {
            while (Available < pages)
            {
                if (Reclaimer?.TryReclaim() != true)
                    throw new KvMemoryFullException(pages, Available, Capacity, Layout.PageBytes);
            }
            _promised += pages;
        }
    }

    /// <summary>Promises pages only if that costs nobody anything.</summary>
    public bool TryPromise(int pages)
    {
        lock (Gate)
        {
            if (Available < pages)
                return false;
            _promised += pages;
            return true;
        }
    }

    /// <summary>Takes back a promise that was not used.</summary>
    public void Withdraw(int pages)
    {
        lock (Gate)
            _promised -= pages;
    }

    /// <summary>Turns a promise into a page of zeros with one holder.</summary>
    public int Take()
    {
        int page;
        lock (Gate)
        {
            page = _free.TryPop(out int used) ? used : Extend();
            _references[page] = 1;
            _promised--;
            _inUse++;
        }
        // Attention reads whole vectors of positions; those that are not there yet must be numbers.
        Page(page).Clear();
        return page;
    }

    /// <summary>Turns a promise into a share of a page that somebody holds. The promise's memory is free again.</summary>
    public void Share(int page)
    {
        lock (Gate)
        {
            _references[page]++;
            _promised--;
        }
    }

    /// <summary>Becomes one more holder.</summary>
    public void Hold(int page)
    {
        lock (Gate)
            _references[page]++;
    }

    /// <summary>Lets go of a page.</summary>
    public void Release(int page)
    {
        lock (Gate)
        {
            if (--_references[page] > 0)
                return;
            _free.Push(page);
            _inUse--;
        }
    }

    /// <summary>How many hold a page. Meaningful only under <see cref="Gate"/>.</summary>
    public int HoldersOf(int page) => _references[page];

    /// <summary>The halves of a page.</summary>
    public Span<ushort> Page(int page) => Slab(page).Slice((long)(page % _pagesPerSlab) * Layout.PageHalves, Layout.PageHalves);

    /// <summary>The address of a page's first half; it stays as long as the pool.</summary>
    public nint Address(int page) => Slab(page).AddressOf((long)(page % _pagesPerSlab) * Layout.PageHalves);

    public void Dispose()
    {
        foreach (NativeBuffer<ushort>? slab in _slabs)
            slab?.Dispose();
    }

    private int Available => Capacity - _inUse - _promised;

    private NativeBuffer<ushort> Slab(int page) => _slabs[page / _pagesPerSlab]!;

    private int Extend()
    {
        int page = _references.Count;
        int slab = page / _pagesPerSlab;
        _slabs[slab] ??= new NativeBuffer<ushort>((long)Math.Min(_pagesPerSlab, Capacity - slab * _pagesPerSlab) * Layout.PageHalves);
        _references.Add(0);
        return page;
    }
}
