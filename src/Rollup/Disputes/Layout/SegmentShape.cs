using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Disputes;

/// <summary>One segment of a vector (one plane) or of a matrix (one plane of accumulators per weight page), as pages of 256 elements.</summary>
/// <param name="First">The first element or row, counted in the whole output.</param>
/// <param name="Count">Elements or rows.</param>
/// <param name="Planes">Accumulators per row; all planes but the last are padded with zeros to whole pages.</param>
public readonly record struct SegmentShape(int First, int Count, int Planes)
{
    /// <summary>Pages of each plane.</summary>
    public int PlanePages => OperatorShapes.PartsOf(Count, OperatorShapes.PageElements);

    /// <summary>Pages of the segment.</summary>
    public int Pages => Planes * PlanePages;

    /// <summary>Bytes of the content.</summary>
    public int Bytes => ((Planes - 1) * PlanePages * OperatorShapes.PageElements + Count) * sizeof(float);

    /// <summary>The page of an element (counted in the whole output) in a plane.</summary>
    public int PageOf(int plane, int element) => plane * PlanePages + (element - First) / OperatorShapes.PageElements;

    /// <summary>Whether an element, or a padding place of a plane that is padded, lies in the segment.</summary>
    public bool Holds(int plane, int element) =>
        element >= First && element - First < (plane < Planes - 1 ? PlanePages * OperatorShapes.PageElements : Count);

    /// <summary>Bytes of a page.</summary>
    public int PageBytes(int page) => Math.Min(PageSize, Bytes - page * PageSize);

    internal const int PageSize = OperatorShapes.PageElements * sizeof(float);
}
