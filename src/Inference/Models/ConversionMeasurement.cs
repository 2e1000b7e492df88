using TeeTee.Inference.Gguf;
using TeeTee.Inference.Kernels;
using TeeTee.Numerics;

namespace TeeTee.Inference.Models;

/// <summary>Measures what conversion to canonical form loses. Sums are added in one order, so that the result depends on no thread.</summary>
internal sealed class ConversionMeasurement(GgufFile file, TensorConverter converter, WeightMap map)
{
    private const int ItemElements = 1 << 18;

    /// <summary>One entry per pair of types, in the order in which the model has them.</summary>
    /// <exception cref="ModelException">A scale or element is not finite.</exception>
    public IReadOnlyList<TensorConversion> Run(WorkerPool pool, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        List<(TensorConversion Part, double Error, double Power)> parts = [];
        TensorPlace[] places = [.. map.All.Where(place => !place.Role.IsRopeTable())];
        for (int i = 0; i < places.Length; i++)
        {
            GgufTensor tensor = file.GetTensor(places[i].Role.GgufName(places[i].Layer));
            TensorConversion part = new(tensor.Type, places[i].Type, 1, (long)places[i].Rows * places[i].Columns, tensor.ByteLength, places[i].Bytes, 0);
            (double error, double power) = part.IsExact ? (0, 0) : Measure(places[i], pool, cancellationToken);
            parts.Add((part, error, power));
            progress?.Report((i + 1.0) / places.Length);
        }
        return [.. parts.GroupBy(part => (part.Part.Type, part.Part.Canonical)).Select(group => new TensorConversion(
            group.Key.Type, group.Key.Canonical, group.Count(), group.Sum(part => part.Part.Elements), group.Sum(part => part.Part.FileBytes),
            group.Sum(part => part.Part.CanonicalBytes), Ratio(group.Sum(part => part.Error), group.Sum(part => part.Power))))];
    }

    private static double Ratio(double error, double power) => error == 0 ? 0 : Math.Sqrt(error / power);

    private (double Error, double Power) Measure(TensorPlace place, WorkerPool pool, CancellationToken cancellationToken)
    {
        int step = Math.Clamp(ItemElements / place.Columns, 1, place.Rows);
        (double Error, double Power)[] sums = new (double, double)[(place.Rows + step - 1) / step];
        pool.Run(sums.Length, (item, _) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            int first = item * step;
            sums[item] = Measure(place, first, Math.Min(step, place.Rows - first));
        });
        return (sums.Sum(static sum => sum.Error), sums.Sum(static sum => sum.Power));
    }

    private (double Error, double Power) Measure(TensorPlace place, int firstRow, int rows)
    {
        float[] exact = new float[rows * place.Columns];
        float[] kept = new float[place.Columns];
        byte[] canonical = new byte[rows * place.RowBytes];
        converter.Widen(place, firstRow, exact);
        converter.Convert(place, firstRow, canonical);
        (double error, double power) = (0, 0);
        for (int row = 0; row < rows; row++)
        {
            Embedding.Dequantize(canonical.AsSpan(row * place.RowBytes, place.RowBytes), kept);
            for (int i = 0; i < kept.Length; i++)
            {
                double x = exact[row * kept.Length + i];
                double difference = kept[i] - x;
                (error, power) = (error + difference * difference, power + x * x);
            }
        }
        return (error, power);
    }
}
