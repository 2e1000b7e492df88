using TeeTee.Inference.Kernels;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models.Packed;

/// <summary>Makes the packed file of a model: reads, hashes, packs and writes one tensor after the other by all threads; the header comes last.</summary>
internal sealed class PackedFileWriter
{
    private const int ItemBytes = 512 << 10;

    private readonly CanonicalModel _model;
    private readonly IPackedOutput _output;
    private readonly WorkerPool _pool;
    private readonly CancellationToken _cancellation;
    private readonly PackedLayout _layout;
    private readonly Bytes32[] _leaves;

    private PackedFileWriter(CanonicalModel model, IPackedOutput output, WorkerPool pool, CancellationToken cancellationToken)
    {
        (_model, _output, _pool, _cancellation) = (model, output, pool, cancellationToken);
        _layout = new PackedLayout(model.Map);
        _leaves = new Bytes32[model.Map.LeafCount];
    }

    /// <summary>Writes everything and waits for the disk.</summary>
    /// <param name="model">The model, which is read from its file.</param>
    /// <param name="source">That file.</param>
    /// <param name="output">An empty file.</param>
    /// <param name="pool">Whose threads work.</param>
    /// <param name="progress">Told the bytes done.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="IOException">The disk is full or broken.</exception>
    /// <exception cref="ModelException">A weight is not finite.</exception>
    public static void Write(
        CanonicalModel model, SourceStamp source, IPackedOutput output, WorkerPool pool, LoadMeter progress, CancellationToken cancellationToken)
    {
        PackedFileWriter writer = new(model, output, pool, cancellationToken);
        List<byte> packings = [];
        foreach (TensorPlace place in PackedLayout.Order(model.Map))
        {
            packings.Add((byte)writer.Add(place));
            progress.Add(place.Bytes);
        }
        writer.WriteLeaves();
        output.Write(0, new PackedHeader(source, model.Identify(writer._leaves), [.. packings]).Encode());
        output.Finish(writer._layout.Length);
    }

    private WeightPacking Add(TensorPlace place)
    {
        using CanonicalRows rows = CanonicalRows.Read(_model, place, _pool, _leaves.AsMemory(place.FirstLeaf, place.Leaves), _cancellation);
        PackedSection section = _layout.Append(place, rows.Packing);
        if (section.IsMatrix)
            WriteMatrix(section, rows);
        else
            rows.ForEachPiece(_pool, (first, count) => _output.Write(section.Offset + (long)first * place.RowBytes, rows.Slice(first, count)));
        return rows.Packing;
    }

    private void WriteMatrix(PackedSection section, CanonicalRows rows)
    {
        int tiles = TileLayout.TilesOf(section.Place.Rows);
        long tileBytes = section.Bytes / tiles;
        int step = (int)Math.Clamp(ItemBytes / tileBytes, 1, tiles);
        _pool.Run((tiles + step - 1) / step, (item, _) =>
        {
            _cancellation.ThrowIfCancellationRequested();
            int firstRow = item * step * TileLayout.Rows;
            using PackedMatrix part = new(section.Packing, Math.Min(step * TileLayout.Rows, section.Place.Rows - firstRow), section.Blocks);
            rows.Pack(part, firstRow, 0, part.Tiles);
            _output.Write(section.Offset + item * step * tileBytes, part.Slice(0, (int)part.Bytes));
        });
    }

    private void WriteLeaves()
    {
        byte[] bytes = new byte[ItemBytes];
        int step = bytes.Length / Bytes32.Size;
        for (int first = 0; first < _leaves.Length; first += step)
        {
            int count = Math.Min(step, _leaves.Length - first);
            for (int i = 0; i < count; i++)
                _leaves[first + i].CopyTo(bytes.AsSpan(i * Bytes32.Size));
            _output.Write(_layout.LeavesOffset + (long)first * Bytes32.Size, bytes.AsSpan(0, count * Bytes32.Size));
        }
    }
}
