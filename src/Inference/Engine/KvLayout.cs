using TeeTee.Inference.Models;

namespace TeeTee.Inference.Engine;

/// <summary>
/// How a page keeps the keys and values of 32 consecutive positions of a session, as binary16. For each (layer, kv head): the keys as
/// [dimension x 32], so that attention has one position per vector lane, then the values as [32 x dimension]. Offsets count halves.
/// </summary>
/// <param name="Layers">Layers of the shard.</param>
/// <param name="Heads">Key and value heads.</param>
/// <param name="Dimension">Elements of a row.</param>
internal readonly record struct KvLayout(int Layers, int Heads, int Dimension)
{
    /// <summary>Positions of a page.</summary>
    public const int PagePositions = 32;

    /// <summary>Halves of the keys, or of the values, of one head in a page.</summary>
    public int HeadHalves => Dimension * PagePositions;

    /// <summary>Halves of a page.</summary>
    public int PageHalves => checked(2 * Layers * Heads * HeadHalves);

    /// <summary>Bytes of a page.</summary>
    public long PageBytes => (long)PageHalves * sizeof(ushort);

    public static KvLayout Of(ModelConfig config, int layers) => new(layers, config.KvHeadCount, config.HeadDimension);

    /// <summary>Pages that hold so many positions.</summary>
    public static int PagesOf(int positions) => (positions + PagePositions - 1) / PagePositions;

    /// <summary>Where the keys of a head begin; element i of position s of the page is i * 32 + s further.</summary>
    public int Keys(int layer, int head) => (layer * Heads + head) * 2 * HeadHalves;

    /// <summary>Where the values of a head begin; the row of position s of the page is s * dimension further.</summary>
    public int Values(int layer, int head) => Keys(layer, head) + HeadHalves;
}
