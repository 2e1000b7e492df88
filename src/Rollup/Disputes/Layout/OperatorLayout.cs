using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Disputes;

/// <summary>The canonical list of operators of one position of a shard: which entry commits what (protocol section 12). Immutable.</summary>
public sealed class OperatorLayout
{
    private static readonly DisputeOperator[] s_layer = Range(DisputeOperator.AttentionNorm, DisputeOperator.FeedForwardResidual);
    private static readonly DisputeOperator[] s_head = Range(DisputeOperator.OutputNorm, DisputeOperator.Pick);

    private readonly DisputeModel _model;

    /// <param name="model">A model that is disputable.</param>
    /// <param name="firstLayer">The shard's first layer.</param>
    /// <param name="layerCount">Its layers.</param>
    /// <param name="hasPick">Whether the next token is picked by this shard at this position.</param>
    /// <exception cref="ArgumentException">The layers are not the model's.</exception>
    public OperatorLayout(DisputeModel model, int firstLayer, int layerCount, bool hasPick)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (firstLayer < 0 || layerCount < 1 || (ulong)firstLayer + (ulong)layerCount > model.LayerCount)
            throw new ArgumentException($"Layers {firstLayer} + {layerCount} of a model of {model.LayerCount}.", nameof(layerCount));
        if (hasPick && firstLayer + layerCount != model.LayerCount)
            throw new ArgumentException("Only the shard of the last layer picks.", nameof(hasPick));
        (_model, FirstLayer, LayerCount, HasPick) = (model, firstLayer, layerCount, hasPick);
    }

    /// <summary>The shard's first layer.</summary>
    public int FirstLayer { get; }

    /// <summary>Its layers.</summary>
    public int LayerCount { get; }

    /// <summary>Whether the list ends with a pick.</summary>
    public bool HasPick { get; }

    /// <summary>1 + layers, + 1 where there is a pick.</summary>
    public int GroupCount => 1 + LayerCount + (HasPick ? 1 : 0);

    /// <summary>What the list starts with.</summary>
    public DisputeOperator Entering => FirstLayer == 0 ? DisputeOperator.Embedding : DisputeOperator.Input;

    /// <summary>Entries of a group.</summary>
    public int SizeOf(int group) => OperatorsOf(group).Sum(_model.UnitsOf);

    /// <summary>The layer of the whole model that a group is of; -1 for the first and the head's.</summary>
    public int LayerOf(int group) => group >= 1 && group <= LayerCount ? FirstLayer + group - 1 : -1;

    /// <summary>What an entry commits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The list has no such entry.</exception>
    public OperatorPlace PlaceOf(int group, int index) =>
        TryPlaceOf(group, index, out OperatorPlace place)
            ? place
            : throw new ArgumentOutOfRangeException(nameof(index), index, $"Group {group} of {GroupCount} has no such entry.");

    /// <summary>The same; false where the list has no such entry.</summary>
    public bool TryPlaceOf(long group, long index, out OperatorPlace place)
    {
        place = default;
        if (group < 0 || group >= GroupCount || index < 0)
            return false;
        foreach (DisputeOperator op in OperatorsOf((int)group))
        {
            int units = _model.UnitsOf(op);
            if (index < units)
            {
                place = new OperatorPlace(op, LayerOf((int)group), (int)index);
                return true;
            }
            index -= units;
        }
        return false;
    }

    /// <summary>Where unit <paramref name="unit"/> of an operator stands in a group.</summary>
    /// <exception cref="ArgumentException">The group does not hold the operator, or the operator has no such unit.</exception>
    public EntryPlace Locate(int group, DisputeOperator op, int unit)
    {
        int index = 0;
        foreach (DisputeOperator candidate in OperatorsOf(group))
        {
            if (candidate == op && unit >= 0 && unit < _model.UnitsOf(op))
                return new EntryPlace(group, index + unit);
            index += _model.UnitsOf(candidate);
        }
        throw new ArgumentException($"Group {group} holds no unit {unit} of {op}.", nameof(op));
    }

    /// <summary>The operator and group that hold the hidden state entering a layer's group, or the head's.</summary>
    public (int Group, DisputeOperator Operator) HiddenBefore(int group) =>
        (group - 1, group == 1 ? Entering : DisputeOperator.FeedForwardResidual);

    /// <summary>The entry before another, or null at the list's start.</summary>
    public EntryPlace? Before(EntryPlace place)
    {
        if (place.Index > 0)
            return place with { Index = place.Index - 1 };
        return place.Group > 0 ? new EntryPlace(place.Group - 1, SizeOf(place.Group - 1) - 1) : null;
    }

    /// <summary>The operators of a group, in order.</summary>
    public IReadOnlyList<DisputeOperator> OperatorsOf(int group)
    {
        if (group < 0 || group >= GroupCount)
            throw new ArgumentOutOfRangeException(nameof(group), group, $"The list has {GroupCount} groups.");
        return group == 0 ? [Entering] : group <= LayerCount ? s_layer : s_head;
    }

    private static DisputeOperator[] Range(DisputeOperator first, DisputeOperator last) =>
        [.. Enumerable.Range((int)first, last - first + 1).Select(i => (DisputeOperator)i)];
}
