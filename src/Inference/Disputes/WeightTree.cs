using TeeTee.Inference.Models;
using TeeTee.Primitives;

namespace TeeTee.Inference.Disputes;

/// <summary>
/// Every leaf hash of a model's weight tree in memory (32 bytes per page), so that any page can be opened below <c>weightsRoot</c>.
/// Building reads and hashes the whole model once; opening reads one tensor. Safe for concurrent use.
/// </summary>
public sealed class WeightTree : IWeightPages
{
    private readonly CanonicalModel _model;
    private readonly MerkleTree<Sha256Merkle> _tree;
    private readonly Dictionary<uint, TensorPlace> _places;
    private readonly Lock _lock = new();
    private CanonicalTensor? _last;

    private WeightTree(CanonicalModel model, Bytes32[] leaves, Dictionary<uint, TensorPlace> places)
    {
        (_model, _places) = (model, places);
        _tree = new MerkleTree<Sha256Merkle>(leaves);
    }

    /// <summary>The root, which must be the model's <see cref="ModelIdentity.WeightsRoot"/>.</summary>
    public Bytes32 Root => _tree.Root(ModelIdentityBuilder.WeightsTag);

    /// <summary>The leaf hashes in order, to be kept for <see cref="Restore"/>.</summary>
    public IEnumerable<Bytes32> LeafHashes => Enumerable.Range(0, _tree.Count).Select(_tree.LeafHash);

    /// <summary>Reads and hashes every tensor.</summary>
    /// <exception cref="ModelException">A scale or element is not finite.</exception>
    public static WeightTree Build(CanonicalModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        List<Bytes32> leaves = [];
        foreach ((TensorRole role, int layer) in TensorCatalog.All(model.Config))
            WeightPage.ForEachLeaf(model.GetTensor(role, layer), leaves.Add, cancellationToken);
        return new WeightTree(model, [.. leaves], Places(model.Config));
    }

    /// <summary>A tree from kept leaf hashes.</summary>
    /// <exception cref="ArgumentException">They are not those of the model with this root.</exception>
    public static WeightTree Restore(CanonicalModel model, Bytes32[] leaves, Bytes32 weightsRoot)
    {
        ArgumentNullException.ThrowIfNull(model);
        WeightTree tree = new(model, leaves, Places(model.Config));
        return tree.Root == weightsRoot
            ? tree
            : throw new ArgumentException($"The {leaves.Length} hashes have the root {tree.Root}, not {weightsRoot}.", nameof(leaves));
    }

    /// <inheritdoc/>
    public ProvenPage Prove(uint tensorId, int row, int page)
    {
        if (!_places.TryGetValue(tensorId, out TensorPlace place))
            throw new ArgumentOutOfRangeException(nameof(tensorId), tensorId, "The model has no such tensor.");
        CanonicalTensor tensor = Read(place);
        byte[] content = WeightPage.Content(tensor, row, page).ToArray();
        return new ProvenPage(content, _tree.Prove(place.FirstLeaf + row * WeightPage.CountPerRow(tensor) + page));
    }

    // Proofs of one dispute ask for pages of one tensor after another, and reading a tensor is the cost.
    private CanonicalTensor Read(TensorPlace place)
    {
        lock (_lock)
        {
            if (_last is null || _last.Role != place.Role || _last.Layer != place.Layer)
                _last = _model.GetTensor(place.Role, place.Layer);
            return _last;
        }
    }

    private static Dictionary<uint, TensorPlace> Places(ModelConfig config)
    {
        Dictionary<uint, TensorPlace> places = [];
        int next = 0;
        foreach ((TensorRole role, int layer) in TensorCatalog.All(config))
        {
            places.Add(role.TensorId(layer), new TensorPlace(role, layer, next));
            (int rows, int columns) = role.Shape(config);
            next = checked(next + rows * WeightPage.CountPerRow(role.CanonicalType(), columns));
        }
        return places;
    }

    private readonly record struct TensorPlace(TensorRole Role, int Layer, int FirstLeaf);
}
