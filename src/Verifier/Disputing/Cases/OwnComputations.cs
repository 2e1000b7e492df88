using TeeTee.Rollup.Messages;

namespace TeeTee.Verifier.Disputing;

/// <summary>Own computations of disputed positions, a few kept between moves. Not safe for concurrent use.</summary>
internal sealed class OwnComputations(OwnComputer computer) : IDisposable
{
    private const int MostKept = 8;

    private readonly Dictionary<DisputeTarget, OwnComputation> _kept = [];
    private readonly Queue<DisputeTarget> _order = [];

    /// <summary>The computation at a target; null where it cannot be made.</summary>
    public async Task<OwnComputation?> GetAsync(DisputeCase found, DisputeTarget target, IReadOnlyList<Slot> slots, CancellationToken cancellationToken)
    {
        if (_kept.TryGetValue(target, out OwnComputation? known))
            return known;
        OwnComputation? made = await computer.ComputeAsync(found, target, slots, cancellationToken);
        if (made is null)
            return null;
        _kept[target] = made;
        _order.Enqueue(target);
        // The oldest is of a dispute that waits longest for its other side; it is computed again when it is needed.
        if (_order.Count > MostKept)
            Drop(_order.Dequeue());
        return made;
    }

    /// <summary>Forgets one.</summary>
    public void Drop(DisputeTarget target)
    {
        if (_kept.Remove(target, out OwnComputation? own))
            own.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (DisputeTarget target in _kept.Keys.ToArray())
            Drop(target);
    }
}
