using TeeTee.Inference.Models;
using TeeTee.Primitives;

namespace TeeTee.Inference.Disputes;

/// <summary>
/// Every leaf hash of a model's weight tree in memory (32 bytes per page), so that any page can be opened below <c>weightsRoot</c>.
/// Building reads and hashes the whole model once; opening reads one row. Safe for concurrent use.
/// </summary>
public sealed class WeightTree : IWeightPages
{
    private readonly CanonicalModel _model;
    private readonly MerkleTree<Sha256Merkle> _tree;
    private readonly Lock _lock = new();
    private (uint TensorId, RowReader Rows)? _last;

    private WeightTree(CanonicalModel model, Bytes32[] leaves)
    {
        _model = model;
        _tree = new MerkleTree<Sha256Merkle>(leaves);
    }

    /// <summary>The root, which must be the model's <see cref="ModelIdentity.WeightsRoot"/>.</summary>
    public Bytes32 Root => _tree.Root(ModelIdentityBuilder.WeightsTag);

    /// <summary>The leaf hashes in order, to be kept for <see cref="Restore"/>.</summary>
    public IEnumerable<Bytes32> LeafHashes => Enumerable.Range(0, _tree.Count).Select(_tree.LeafHash);

    /// <summary>Takes the leaf hashes of the model's packed file, or reads and hashes every tensor.</summary>
    /// <exception cref="ModelException">A scale or element is not finite.</exception>
    public static WeightTree Build(CanonicalModel model, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new WeightTree(model, model.Leaves(cancellationToken));
    }

    /// <summary>A tree from kept leaf hashes.</summary>
    /// <exception cref="ArgumentException">They are not those of the model with this root.</exception>
    public static WeightTree Restore(CanonicalModel model, Bytes32[] leaves, Bytes32 weightsRoot)
    {
        ArgumentNullException.ThrowIfNull(model);
        WeightTree tree = new(model, leaves);
        return tree.Root == weightsRoot
            ? tree
            : throw new ArgumentException($"The {leaves.Length} hashes have the root {tree.Root}, not {weightsRoot}.", nameof(leaves));
    }

    /// <inheritdoc/>
    public ProvenPage Prove(uint tensorId, int row, int page)
    {
        if (!_model.Map.TryFind(tensorId, out TensorPlace place))
            throw new ArgumentOutOfRangeException(nameof(tensorId), tensorId, "The model has no such tensor.");
        WeightPage.CheckPlace(place, row, page);
        byte[] bytes = new byte[place.RowBytes];
        Rows(place)(row, bytes);
        return new ProvenPage(WeightPage.Content(place.Type, bytes, page).ToArray(), _tree.Prove(place.FirstLeaf + row * place.PagesPerRow + page));
    }

    // A substituted tensor is made whole, and proofs of one dispute ask for pages of one tensor after another.
    private RowReader Rows(TensorPlace place)
    {
        lock (_lock)
        {
            if (_last?.TensorId != place.TensorId)
                _last = (place.TensorId, _model.OpenRows(place));
            return _last.Value.Rows;
        }
    }
}
