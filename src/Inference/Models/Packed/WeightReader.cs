using System.Runtime.InteropServices;
using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Models.Packed;

/// <summary>Brings the weights of a range of layers into memory, from the model's packed file where there is one, else from the model file.</summary>
/// <param name="model">The model.</param>
/// <param name="pool">Whose threads read.</param>
/// <param name="range">The layers, for the total of what is told to the watcher.</param>
internal sealed class WeightReader(CanonicalModel model, WorkerPool pool, LayerRange range)
{
    private readonly LoadMeter _meter = new(model.Options.Progress, LoadStage.Loading, model.Map.Of(range, model.Config).Sum(static place => place.Bytes));

    /// <summary>A matrix, packed.</summary>
    /// <exception cref="ModelException">A scale is not finite, or the model file is not what the packed file was made of.</exception>
    /// <exception cref="Gguf.GgufException">The model file is damaged.</exception>
    public PackedMatrix Matrix(TensorRole role, int layer = -1) => Read(role, layer, (file, place) => file.ReadMatrix(pool, place), Pack);

    /// <summary>A vector or table, row after row.</summary>
    /// <exception cref="ModelException">As <see cref="Matrix"/>, like the other.</exception>
    public float[] Vector(TensorRole role, int layer = -1) => Read(role, layer, (file, place) => file.ReadVector(pool, place), Copy);

    /// <summary>The same of a tensor that only some architectures have; null in a model without.</summary>
    /// <exception cref="ModelException">As <see cref="Matrix"/>, like the others.</exception>
    public float[]? FindVector(TensorRole role, int layer) => model.Map.TryFind(role.TensorId(layer), out _) ? Vector(role, layer) : null;

    private T Read<T>(TensorRole role, int layer, Func<PackedFile, TensorPlace, T> packed, Func<CanonicalRows, TensorPlace, T> direct)
    {
        TensorPlace place = model.Map.Find(role, layer);
        T result = ReadPacked(place, packed, out T? found) ? found! : ReadDirect(place, direct);
        _meter.Add(place.Bytes);
        return result;
    }

    private bool ReadPacked<T>(TensorPlace place, Func<PackedFile, TensorPlace, T> packed, out T? result)
    {
        PackedFile? file = model.Cache?.Open(CancellationToken.None);
        while (file is not null)
        {
            try
            {
                result = packed(file, place);
                return true;
            }
            catch (Exception exception) when (exception is PackedFileException or IOException)
            {
                file = model.Cache!.Replace(file, exception);
            }
        }
        result = default;
        return false;
    }

    private T ReadDirect<T>(TensorPlace place, Func<CanonicalRows, TensorPlace, T> direct)
    {
        using CanonicalRows rows = CanonicalRows.Read(model, place, pool, leaves: null, CancellationToken.None);
        return direct(rows, place);
    }

    private PackedMatrix Pack(CanonicalRows rows, TensorPlace place)
    {
        PackedMatrix matrix = new(rows.Packing, place.Rows, place.PaddedColumns / CanonicalTensor.BlockColumns);
        try
        {
            pool.Run(matrix.Tiles, (tile, _) => rows.Pack(matrix, 0, tile, 1));
            return matrix;
        }
        catch (Exception)
        {
            matrix.Dispose();
            throw;
        }
    }

    private float[] Copy(CanonicalRows rows, TensorPlace place)
    {
        float[] elements = new float[(long)place.Rows * place.Columns];
        rows.ForEachPiece(pool, (first, count) =>
            MemoryMarshal.Cast<byte, float>(rows.Slice(first, count)).CopyTo(elements.AsSpan(first * place.Columns)));
        return elements;
    }
}
