using TeeTee.Inference.Kernels;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models.Packed;

/// <summary>
/// Where everything stands in the packed file of a model: header, leaf hashes, then the tensors in the order in which a shard reads
/// them. Writer and reader compute it alike from the model's shape, so that the file holds no offset that could be wrong.
/// </summary>
internal sealed class PackedLayout
{
    /// <summary>Sections start at multiples of this.</summary>
    public const int Page = 4096;

    private readonly Dictionary<uint, PackedSection> _sections = [];

    public PackedLayout(WeightMap map)
    {
        LeavesOffset = PageEnd(PackedHeader.Bytes(map.All.Count));
        Length = PageEnd(LeavesOffset + (long)map.LeafCount * Bytes32.Size);
    }

    /// <summary>The first byte of the leaf hashes.</summary>
    public long LeavesOffset { get; }

    /// <summary>Bytes of the file as far as it has been laid out.</summary>
    public long Length { get; private set; }

    /// <summary>The order of the tensors in the file: tables and embedding, the layers, the output.</summary>
    public static IEnumerable<TensorPlace> Order(WeightMap map) => map.All.OrderBy(static place => place.Role switch
    {
        TensorRole.RopeCosines or TensorRole.RopeSines => -2,
        TensorRole.TokenEmbedding => -1,
        TensorRole.OutputNorm or TensorRole.Output => int.MaxValue,
        _ => place.Layer,
    });

    /// <summary>Gives the next tensor of the order its place.</summary>
    public PackedSection Append(TensorPlace place, WeightPacking packing)
    {
        PackedSection section = new(place, packing, Length);
        _sections.Add(place.TensorId, section);
        Length = PageEnd(section.End);
        return section;
    }

    /// <summary>The section of a tensor of the model.</summary>
    public PackedSection Find(in TensorPlace place) => _sections[place.TensorId];

    /// <summary>The start of the page after a byte, or the byte itself where a page starts there.</summary>
    public static long PageEnd(long end) => (end + Page - 1) / Page * Page;
}
