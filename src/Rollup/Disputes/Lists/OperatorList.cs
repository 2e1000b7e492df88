using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>
/// The operator list of one position with the contents behind its entries: what a defender reveals and answers from, and what a challenger
/// compares with. Immutable.
/// </summary>
public sealed class OperatorList
{
    private readonly OperatorOutputs _outputs;
    private readonly DisputeSalts _salts;

    private OperatorList(DisputeModel model, OperatorOutputs outputs, CommitmentSalts? salts)
    {
        (Model, _outputs, IsSealed) = (model, outputs, salts is not null);
        Layout = new OperatorLayout(model, outputs.FirstLayer, outputs.Layers.Count, outputs.Final is not null);
        _salts = new DisputeSalts(salts, Layout, model, (uint)outputs.Position);
        Entries = new OperatorEntries([.. Enumerable.Range(0, Layout.GroupCount).Select(Group)]);
    }

    /// <summary>The model.</summary>
    public DisputeModel Model { get; }

    /// <summary>Which entry commits what.</summary>
    public OperatorLayout Layout { get; }

    /// <summary>Whether contents are salted.</summary>
    public bool IsSealed { get; }

    /// <summary>What the list commits.</summary>
    public OperatorOutputs Outputs => _outputs;

    /// <summary>The entries with their trees.</summary>
    public OperatorEntries Entries { get; }

    /// <summary>Builds the list.</summary>
    /// <param name="model">The model's configuration.</param>
    /// <param name="outputs">Every operator's output at the position.</param>
    /// <param name="salts">Of a sealed job; null for a public one.</param>
    /// <exception cref="ArgumentException">The model is not disputable, or the outputs have other shapes than it dictates.</exception>
    public static OperatorList Build(DisputeModel model, OperatorOutputs outputs, CommitmentSalts? salts)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(outputs);
        if (!model.IsDisputable)
            throw new ArgumentException($"Architecture {model.Architecture} or its shapes cannot be disputed.", nameof(model));
        return new OperatorList(model, outputs, salts);
    }

    /// <summary>An entry with its path.</summary>
    public EntryOpening Prove(int group, int index) => Entries.Prove(group, index);

    /// <summary>
    /// What hashes to an entry, as `answer` publishes it: the pages of a segment (each behind its salt where the job is sealed), the flat
    /// content or the row (behind its salt), or a head's 3n leaf hashes (behind the head's salt).
    /// </summary>
    public byte[] AnswerContent(int group, int index)
    {
        OperatorPlace place = Layout.PlaceOf(group, index);
        return place.Operator.Form() switch
        {
            OperatorForm.Vector or OperatorForm.Matrix => [.. PagesOf(place).SelectMany(page => page)],
            OperatorForm.Head => SaltedBytes.Of(_salts.Of(place, 0), [.. HeadLeaves(place).SelectMany(leaf => leaf.ToArray())]),
            _ => FlatOf(place),
        };
    }

    /// <summary>The entry's content without salts; of a head the 3n leaf contents one after another.</summary>
    public byte[] RawContent(int group, int index)
    {
        OperatorPlace place = Layout.PlaceOf(group, index);
        return place.Operator == DisputeOperator.AttentionHead ? [.. HeadChunks(place).SelectMany(c => c)] : UnitContent.Of(Model, _outputs, place);
    }

    /// <summary>The pages of a segment, each behind its salt.</summary>
    internal byte[][] PagesOf(OperatorPlace place)
    {
        byte[] content = UnitContent.Of(Model, _outputs, place);
        return [.. content.Chunk(SegmentShape.PageSize).Select((page, i) => SaltedBytes.Of(_salts.Of(place, i), page))];
    }

    /// <summary>A flat content or row behind its salt.</summary>
    internal byte[] FlatOf(OperatorPlace place) => SaltedBytes.Of(_salts.Of(place, 0), UnitContent.Of(Model, _outputs, place));

    /// <summary>The contents of a head's leaves, without salt.</summary>
    internal byte[][] HeadChunks(OperatorPlace place) => UnitContent.Chunks(HeadOf(place));

    /// <summary>The salt of a head and of its leaves; empty in a public job.</summary>
    internal byte[] HeadSalt(OperatorPlace place) => _salts.Of(place, 0)?.ToArray() ?? [];

    internal Bytes32[] HeadLeaves(OperatorPlace place)
    {
        byte[] salt = HeadSalt(place);
        return [.. HeadChunks(place).Select(chunk => DisputeHash.ChunkLeaf(salt, chunk))];
    }

    private HeadOutput HeadOf(OperatorPlace place) => _outputs.Layers[place.Layer - _outputs.FirstLayer].Heads[place.Unit];

    private IReadOnlyList<Bytes32> Group(int group) =>
        [.. Enumerable.Range(0, Layout.SizeOf(group)).Select(index => EntryOf(Layout.PlaceOf(group, index)))];

    private Bytes32 EntryOf(OperatorPlace place) => place.Operator.Form() switch
    {
        OperatorForm.Vector or OperatorForm.Matrix => PageTree(PagesOf(place)).TreeHash,
        OperatorForm.Quantized => DisputeHash.Quantized(FlatOf(place)),
        OperatorForm.Norm => DisputeHash.Norm(FlatOf(place)),
        OperatorForm.Row => Sha256Merkle.Leaf(FlatOf(place)),
        OperatorForm.Head => DisputeHash.Head(HeadSalt(place), new MerkleTree<KeccakMerkle>(HeadLeaves(place)).TreeHash),
        _ => DisputeHash.Pick(FlatOf(place)),
    };

    internal static MerkleTree<Sha256Merkle> PageTree(IEnumerable<byte[]> pages) =>
        new([.. pages.Select(page => Sha256Merkle.Leaf(page))]);
}
