namespace TeeTee.Primitives;

/// <summary>What a shard committed at positions before the disputed one, as a re-execution gives it.</summary>
public interface IStoredPositions
{
    /// <summary>The stored k or v row of one kv head with its path in its position's tree, salted where the job is sealed.</summary>
    /// <param name="layer">Counted over the whole model.</param>
    /// <param name="values">False for the key.</param>
    /// <param name="kvHead">The kv head.</param>
    /// <param name="position">A position that was run.</param>
    /// <exception cref="ArgumentOutOfRangeException">The shard has no such row.</exception>
    ProvenPage ProveRow(int layer, bool values, int kvHead, int position);

    /// <summary>hInRoot and hOutRoot of a position that was run.</summary>
    (Bytes32 HIn, Bytes32 HOut) BoundsOf(int position);
}
