using TeeTee.Inference.Tracing;
using TeeTee.Primitives;

namespace TeeTee.Inference.Engine.Batching;

/// <summary>
/// What a session's pages so far are known by: each page by the SHA-256 over the page before it and the roots of the 32 vectors that entered
/// the shard there. Equal keys therefore mean equal inputs at all positions from 0 on, and so equal keys, values and outputs.
/// </summary>
internal sealed class PrefixChain
{
    private readonly Bytes32[] _probed = new Bytes32[KvLayout.PagePositions];
    private int _probedFrom = -1;

    /// <summary>Of the last full page that was added.</summary>
    public Bytes32 Key { get; private set; }

    /// <summary>Positions that the key covers, a multiple of 32.</summary>
    public int Positions { get; private set; }

    /// <summary>The kept page that ends there, if there is one.</summary>
    public PrefixEntry? Last { get; set; }

    /// <summary>Roots of vectors about to enter, to be filled by whoever looks for their page.</summary>
    public Bytes32[] Probe(int from)
    {
        _probedFrom = from;
        return _probed;
    }

    /// <summary>The roots of a probe that found nothing: they need not be computed again.</summary>
    public ReadOnlyMemory<Bytes32> RootsFrom(int position, int most) =>
        position == _probedFrom ? _probed.AsMemory(0, Math.Min(most, _probed.Length)) : default;

    /// <summary>The key of the page after the last, with these roots.</summary>
    public Bytes32 KeyAfter(ReadOnlySpan<Bytes32> roots)
    {
        Span<byte> message = stackalloc byte[(1 + KvLayout.PagePositions) * Bytes32.Size];
        Key.CopyTo(message);
        for (int i = 0; i < KvLayout.PagePositions; i++)
            roots[i].CopyTo(message[((i + 1) * Bytes32.Size)..]);
        return Sha256.Hash(message);
    }

    /// <summary>Adds a page.</summary>
    public void Add(Bytes32 key, PrefixEntry? entry)
    {
        (Key, Last) = (key, entry);
        Positions += KvLayout.PagePositions;
    }

    /// <summary>Adds pages that were completed without being looked for, up to a position.</summary>
    public void CatchUp(ShardTrace trace, int position)
    {
        Span<Bytes32> roots = stackalloc Bytes32[KvLayout.PagePositions];
        while (Positions + KvLayout.PagePositions <= position)
        {
            for (int i = 0; i < roots.Length; i++)
                roots[i] = trace.Boundaries[Positions + i].HIn;
            Add(KeyAfter(roots), null);
        }
    }
}
