using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Disputes;

/// <summary>The positions of one chunk of 32 around a disputed position p of T.</summary>
/// <param name="First">The chunk's first position.</param>
/// <param name="Rows">Positions of the chunk up to and including p.</param>
/// <param name="Before">Of these, the ones before p.</param>
/// <param name="Later">Positions of the chunk from p on that the trace has.</param>
internal readonly record struct ChunkRange(int First, int Rows, int Before, int Later)
{
    /// <summary>Whether p is one of the chunk's positions.</summary>
    public bool HoldsPosition => Rows > Before;

    public static ChunkRange Of(int chunk, uint position, uint positions)
    {
        long first = (long)chunk * OperatorShapes.PositionChunk;
        long end = first + OperatorShapes.PositionChunk;
        int rows = (int)(Math.Min(end, position + 1L) - first);
        int before = (int)(Math.Min(end, position) - first);
        int later = (int)Math.Max(0, Math.Min(end, positions) - position);
        return new ChunkRange((int)first, rows, before, later);
    }
}
