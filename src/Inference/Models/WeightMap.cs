namespace TeeTee.Inference.Models;

/// <summary>Every tensor of a model with its canonical shape and its leaves, in the committed order.</summary>
internal sealed class WeightMap
{
    private readonly Dictionary<uint, TensorPlace> _places = [];
    private readonly List<TensorPlace> _order = [];

    /// <exception cref="OverflowException">The model has more than 2^31 pages.</exception>
    public WeightMap(ModelConfig config)
    {
        foreach ((TensorRole role, int layer) in TensorCatalog.All(config))
        {
            (int rows, int columns) = role.Shape(config);
            TensorPlace place = new(role, layer, rows, columns, LeafCount);
            _places.Add(place.TensorId, place);
            _order.Add(place);
            LeafCount = checked(LeafCount + place.Leaves);
        }
    }

    /// <summary>All tensors, ascending by identifier.</summary>
    public IReadOnlyList<TensorPlace> All => _order;

    /// <summary>Pages of the whole model.</summary>
    public int LeafCount { get; }

    /// <summary>Bytes of all canonical tensors.</summary>
    public long Bytes => _order.Sum(static place => place.Bytes);

    /// <summary>The tensors that a shard of these layers needs.</summary>
    public IEnumerable<TensorPlace> Of(LayerRange range, ModelConfig config) => _order.Where(place => place.Role switch
    {
        TensorRole.RopeCosines or TensorRole.RopeSines => true,
        TensorRole.TokenEmbedding => range.First == 0 || (config.TiedOutput && range.End == config.LayerCount),
        TensorRole.OutputNorm or TensorRole.Output => range.End == config.LayerCount,
        _ => range.Contains(place.Layer),
    });

    /// <summary>The place of a tensor; false where the model has none of that identifier.</summary>
    public bool TryFind(uint tensorId, out TensorPlace place) => _places.TryGetValue(tensorId, out place);

    /// <summary>The place of a tensor.</summary>
    /// <exception cref="ArgumentException">The model has no such tensor.</exception>
    public TensorPlace Find(TensorRole role, int layer) => TryFind(role.TensorId(layer), out TensorPlace place)
        ? place
        : throw new ArgumentException($"The model has no tensor {role} in layer {layer}; with a tied output, ask for TokenEmbedding.", nameof(role));
}
