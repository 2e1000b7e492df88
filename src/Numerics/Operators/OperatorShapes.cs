namespace TeeTee.Numerics.Operators;

/// <summary>The units in which operator outputs are committed (docs/protocol.md, section 12). All numbers are elements unless stated.</summary>
public static class OperatorShapes
{
    /// <summary>Elements of a full segment of a vector.</summary>
    public const int SegmentElements = 4096;

    /// <summary>Binary32 elements of a page of 1,024 bytes.</summary>
    public const int PageElements = 256;

    /// <summary>Pages of a full segment.</summary>
    public const int SegmentPages = SegmentElements / PageElements;

    /// <summary>Columns of a weight page, after which a long row's accumulator is committed.</summary>
    public const int PageColumns = 8192;

    /// <summary>Elements after which a norm's lanes are committed.</summary>
    public const int NormChunk = 1024;

    /// <summary>Positions of one chunk of a head.</summary>
    public const int PositionChunk = 32;

    /// <summary>Parts of <paramref name="size"/> that hold <paramref name="count"/>, the last one short.</summary>
    public static int PartsOf(int count, int size) => (int)(((long)count + size - 1) / size);

    /// <summary>Accumulators committed per row of a matrix of this many columns: one per weight page.</summary>
    public static int PlanesOf(int columns) => PartsOf(BlockQuantizer.PaddedLength(columns), PageColumns);

    /// <summary>Rows of a matrix in one full segment: 4,096 accumulators at most, whole pages per plane. 0 where a row is too long for any.</summary>
    public static int MatrixSegment(int columns) => SegmentElements / PlanesOf(columns) / PageElements * PageElements;

    /// <summary>Chunks of 32 positions up to and including <paramref name="position"/>.</summary>
    public static int ChunksOf(int position) => position / PositionChunk + 1;
}
