using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>The salts of a list's contents in a sealed job (protocol sections 10 and 12); all null in a public one.</summary>
/// <param name="salts">Of the job; null for a public one.</param>
/// <param name="layout">The list.</param>
/// <param name="model">Its model.</param>
/// <param name="position">p.</param>
internal sealed class DisputeSalts(CommitmentSalts? salts, OperatorLayout layout, DisputeModel model, uint position)
{
    private const int UnitsFactor = OperatorShapes.SegmentPages;
    private const int OperatorFactor = 1 << 16;

    /// <summary>The salt of a page of a segment, of a row, or (page 0) of a flat content.</summary>
    public Bytes32? Of(OperatorPlace place, int page) => place.Operator switch
    {
        _ when salts is null => null,
        DisputeOperator.Input or DisputeOperator.Embedding => Boundary(layout.FirstLayer, place, page),
        DisputeOperator.FeedForwardResidual when place.Layer == layout.FirstLayer + layout.LayerCount - 1 =>
            Boundary(place.Layer + 1, place, page),
        DisputeOperator.KeyRow => salts.KvRows(place.Layer, (int)position)[place.Unit],
        DisputeOperator.ValueRow => salts.KvRows(place.Layer, (int)position)[(int)model.KvHeadCount + place.Unit],
        _ => salts.Of(
            SaltKind.DisputeContent, (uint)Math.Max(place.Layer, 0), position,
            (uint)((int)place.Operator * OperatorFactor + place.Unit * UnitsFactor + page)),
    };

    private Bytes32? Boundary(int boundary, OperatorPlace place, int page) =>
        salts!.Vector(boundary, (int)position)[place.Unit * OperatorShapes.SegmentPages + page];
}
