namespace TeeTee.Primitives;

/// <summary>The salts of the leaves of one place, by index.</summary>
/// <param name="Salts">Of the job.</param>
/// <param name="Kind">What the leaves hold.</param>
/// <param name="Layer">Layer, or the number of the boundary before it; 0 where there is none.</param>
/// <param name="Position">Position; 0 where there is none.</param>
public readonly record struct LeafSalts(CommitmentSalts Salts, SaltKind Kind, uint Layer, uint Position)
{
    /// <summary>Salts of one <see cref="Write"/>.</summary>
    internal const int MaxBatch = 16;

    /// <summary>The salt of leaf <paramref name="index"/>.</summary>
    public Bytes32 this[int index] => Salts.Of(Kind, Layer, Position, (uint)index);

    /// <summary>The salts of leaves [first, first + count), 32 bytes each; at most <see cref="MaxBatch"/>.</summary>
    internal void Write(int first, int count, Span<byte> target)
    {
        Span<Bytes32> salts = stackalloc Bytes32[MaxBatch];
        Salts.Of(Kind, Layer, Position, (uint)first, salts[..count]);
        for (var i = 0; i < count; i++)
            salts[i].CopyTo(target[(i * Bytes32.Size)..]);
    }
}
