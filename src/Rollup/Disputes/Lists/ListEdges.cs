using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>What a list's entries say about leaf(p), as the contract computes it before it accepts a reveal.</summary>
/// <param name="HInRoot">Root of the vector that enters.</param>
/// <param name="HOutRoot">Root of the vector that leaves the last layer.</param>
/// <param name="KvRoot">Root of the stored rows.</param>
public sealed record ListEdges(Bytes32 HInRoot, Bytes32 HOutRoot, Bytes32 KvRoot)
{
    private static readonly MerkleTag s_vector = new("TT/vect1");
    private static readonly MerkleTag s_rows = new("TT/kvpo1");

    /// <summary>Folds the entries of the edges and of the rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="layout">Which entry commits what.</param>
    /// <param name="entries">A list of that layout.</param>
    public static ListEdges Of(DisputeModel model, OperatorLayout layout, OperatorEntries entries)
    {
        ArgumentNullException.ThrowIfNull(layout);
        IEnumerable<Bytes32> Of(int group, DisputeOperator op) =>
            Enumerable.Range(0, model.UnitsOf(op)).Select(unit => entries[layout.Locate(group, op, unit)]);
        Bytes32[] rows =
        [
            .. Enumerable.Range(1, layout.LayerCount).SelectMany(group =>
                Of(group, DisputeOperator.KeyRow).Concat(Of(group, DisputeOperator.ValueRow))),
        ];
        return new ListEdges(
            Root(s_vector, model.EmbeddingLength, [.. Of(0, layout.Entering)]),
            Root(s_vector, model.EmbeddingLength, [.. Of(layout.LayerCount, DisputeOperator.FeedForwardResidual)]),
            Root(s_rows, (uint)rows.Length, rows));
    }

    /// <summary>leaf(p) of a trace in which the position has these edges.</summary>
    public Bytes32 Leaf(uint position) => TraceCommitment.Leaf(position, HInRoot, HOutRoot, KvRoot);

    private static Bytes32 Root(MerkleTag tag, uint size, Bytes32[] nodes) =>
        Sha256Merkle.Root(tag, size, new MerkleTree<Sha256Merkle>(nodes).TreeHash);
}
