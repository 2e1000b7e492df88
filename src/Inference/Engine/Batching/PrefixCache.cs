using System.Runtime.InteropServices;
using TeeTee.Inference.Engine.Passes;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Tracing;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine.Batching;

/// <summary>
/// Full pages of earlier prompts, found by <see cref="PrefixChain"/>, the least recently used dropped first. They live in the pool of the
/// sessions' pages and give way to any session that needs the room. Used by the scheduler's thread; only dropping may come from others.
/// </summary>
internal sealed class PrefixCache : IPageReclaimer, IPoolWork, IDisposable
{
    private readonly ShardModel _model;
    private readonly KvPagePool _pool;
    private readonly int _hiddenPages;
    private readonly Dictionary<Bytes32, PrefixEntry> _entries = [];
    private readonly LinkedList<PrefixEntry> _byUse = new();
    private readonly float[] _entering;
    private PendingStep? _probed;
    private Bytes32[] _roots = [];

    public PrefixCache(ShardModel model)
    {
        (_model, _pool) = (model, model.Pages);
        _entering = new float[KvLayout.PagePositions * Width];
        // Outgoing vectors are kept beside a page, and counted as if they were pages.
        _hiddenPages = model.IsLast ? 0 : (int)((HiddenLength * sizeof(float) + _pool.Layout.PageBytes - 1) / _pool.Layout.PageBytes);
        lock (_pool.Gate)
            _pool.Reclaimer = this;
    }

    /// <summary>Pages kept.</summary>
    public int Count
    {
        get
        {
            lock (_pool.Gate)
                return _entries.Count;
        }
    }

    /// <summary>Pages looked for.</summary>
    public long Probes { get; private set; }

    /// <summary>Pages found.</summary>
    public long Hits { get; private set; }

    private int Width => _model.Config.EmbeddingLength;

    private long HiddenLength => (long)KvLayout.PagePositions * Width;

    /// <summary>Moves a prompt on over all pages that are known, before its next part is computed.</summary>
    /// <returns>Positions gained; the last of a step that picks is never among them.</returns>
    public int Advance(PendingStep step)
    {
        int gained = 0;
        while (MayShare(step) && TryShare(step))
            gained += KvLayout.PagePositions;
        return gained;
    }

    /// <summary>Roots of the next vectors, as far as <see cref="Advance"/> has computed them in vain.</summary>
    public ReadOnlyMemory<Bytes32> RootsOf(ShardSession session, int rows) => session.Prefix?.RootsFrom(session.Position, rows) ?? default;

    /// <summary>Keeps the full pages that a pass has computed for a session.</summary>
    public void Remember(PassRun run, ForwardPass pass)
    {
        int first = KvLayout.PagesOf(run.FirstPosition) * KvLayout.PagePositions, end = run.FirstPosition + run.Live;
        if (run.Session.Prefix is not { } chain || first + KvLayout.PagePositions > end)
            return;
        chain.CatchUp(run.Session.Trace!, first);
        for (int position = first; position + KvLayout.PagePositions <= end; position += KvLayout.PagePositions)
            Keep(run.Session, chain, position, pass, run.FirstRow + position - run.FirstPosition);
    }

    /// <inheritdoc/>
    public bool TryReclaim()
    {
        for (LinkedListNode<PrefixEntry>? node = _byUse.Last; node is not null; node = node.Previous)
        {
            if (_pool.HoldersOf(node.Value.Page) == 1 || node.Value.Hidden is not null)
            {
                Drop(node.Value);
                return true;
            }
        }
        return false;
    }

    /// <summary>Computes the root of one vector of a probe.</summary>
    public void Execute(int item, int worker)
    {
        Span<float> vector = _entering.AsSpan(item * Width, Width);
        PendingStep step = _probed!;
        if (step.Step.Tokens.IsEmpty)
            step.Step.HiddenIn.Span.Slice((step.Done + item) * Width * sizeof(float), Width * sizeof(float)).CopyTo(MemoryMarshal.AsBytes(vector));
        else
            _model.EmbeddingMatrix.DequantizeRow((int)step.Step.Tokens.Span[step.Done + item], vector);
        _roots[item] = step.Session.Trace!.VectorRoot(_model.Range.First, step.Session.Position + item, vector);
    }

    public void Dispose()
    {
        lock (_pool.Gate)
        {
            _pool.Reclaimer = null;
            while (_byUse.Last is { } node)
                Drop(node.Value);
        }
    }

    private bool MayShare(PendingStep step)
    {
        ShardSession session = step.Session;
        int least = KvLayout.PagePositions + (step.Step.Pick is null ? 0 : 1);
        bool wantsHidden = !step.Step.HiddenOut.IsEmpty;
        return session.Prefix is not null && session.Position % KvLayout.PagePositions == 0 && step.Left >= least && !(wantsHidden && _hiddenPages == 0);
    }

    private bool TryShare(PendingStep step)
    {
        ShardSession session = step.Session;
        PrefixChain chain = session.Prefix!;
        chain.CatchUp(session.Trace!, session.Position);
        (_probed, _roots) = (step, chain.Probe(session.Position));
        _model.Pool.Run(KvLayout.PagePositions, this);
        _probed = null;
        Probes++;
        Bytes32 key = chain.KeyAfter(_roots);
        // The whole hand-over under the gate: a session that begins elsewhere may drop pages.
        lock (_pool.Gate)
        {
            if (!_entries.TryGetValue(key, out PrefixEntry? entry))
                return false;
            Take(step, entry);
            chain.Add(key, entry);
        }
        Hits++;
        return true;
    }

    private void Take(PendingStep step, PrefixEntry entry)
    {
        ShardSession session = step.Session;
        session.Cache.Adopt(entry.Page);
        session.Trace!.Append(entry.Commitments);
        if (!step.Step.HiddenOut.IsEmpty)
        {
            int rowBytes = Width * sizeof(float);
            MemoryMarshal.AsBytes(entry.Hidden!.Slice(0, (int)HiddenLength)).CopyTo(step.Step.HiddenOut.Span[(step.Done * rowBytes)..]);
        }
        session.Advance(KvLayout.PagePositions);
        step.Done += KvLayout.PagePositions;
        Touch(entry);
    }

    private void Keep(ShardSession session, PrefixChain chain, int position, ForwardPass pass, int row)
    {
        PositionCommitment[] commitments = new PositionCommitment[KvLayout.PagePositions];
        Span<Bytes32> roots = stackalloc Bytes32[KvLayout.PagePositions];
        for (int i = 0; i < commitments.Length; i++)
        {
            commitments[i] = session.Trace!.CommitmentAt(position + i);
            roots[i] = commitments[i].Bounds.HIn;
        }
        Bytes32 key = chain.KeyAfter(roots);
        lock (_pool.Gate)
        {
            if (!_entries.TryGetValue(key, out PrefixEntry? entry))
            {
                if (!TryMakeRoom())
                {
                    chain.Add(key, null);
                    return;
                }
                entry = Insert(key, session.Cache.PageAt(position / KvLayout.PagePositions), commitments, pass, row, chain.Last);
            }
            chain.Add(key, entry);
            Touch(entry);
        }
    }

    private PrefixEntry Insert(Bytes32 key, int page, PositionCommitment[] commitments, ForwardPass pass, int row, PrefixEntry? before)
    {
        NativeBuffer<float>? hidden = null;
        if (_hiddenPages > 0)
        {
            hidden = new NativeBuffer<float>(HiddenLength);
            pass.Hidden(row, KvLayout.PagePositions).CopyTo(hidden.Slice(0, (int)HiddenLength));
        }
        PrefixEntry entry = new(key, page, commitments, hidden, before);
        _pool.Hold(page);
        _entries.Add(key, entry);
        entry.Place = _byUse.AddFirst(entry);
        return entry;
    }

    private bool TryMakeRoom()
    {
        while (!_pool.TryPromise(_hiddenPages))
        {
            if (!TryReclaim())
                return false;
        }
        return true;
    }

    /// <summary>Makes an entry and all before it the last used, the first of them most of all: without it the others cannot be found.</summary>
    private void Touch(PrefixEntry entry)
    {
        for (PrefixEntry? current = entry; current?.Place is { } place; current = current.Before)
        {
            _byUse.Remove(place);
            _byUse.AddFirst(place);
        }
    }

    private void Drop(PrefixEntry entry)
    {
        _byUse.Remove(entry.Place!);
        entry.Place = null;
        _entries.Remove(entry.Key);
        entry.Hidden?.Dispose();
        _pool.Withdraw(_hiddenPages);
        _pool.Release(entry.Page);
    }
}
