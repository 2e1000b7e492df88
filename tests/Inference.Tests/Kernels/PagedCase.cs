using System.Runtime.InteropServices;
using TeeTee.Inference.Kernels;
using TeeTee.Inference.Tests.Support;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Kernels;

/// <summary>
/// A kv cache of random stored rows in pages, and queries. Each page ends where nobody may read; slots past the last position and the room
/// around the rows hold NaNs, so that a kernel which uses any gives itself away.
/// </summary>
internal sealed unsafe class PagedCase(SeededNoise noise, int dimension, int first, int count, int heads)
{
    private const int PagePositions = AttentionBlock.PagePositions;
    private const ushort HalfNaN = 0x7E01;
    private const int Gap = 3;

    private readonly ushort[] _keys = Halves(noise, (first + count) * dimension);
    private readonly ushort[] _values = Halves(noise, (first + count) * dimension);
    private readonly int _stride = heads * dimension + Gap;

    public float[] Query { get; } = noise.Fill(count * (heads * dimension + Gap), 3f);

    public float Scale { get; init; } = 1f / MathF.Sqrt(dimension);

    private int Positions => first + count;

    private int KeyOffset => Gap;

    private int ValueOffset => Gap + dimension * PagePositions;

    private int PageHalves => ValueOffset + PagePositions * dimension;

    public void SetKey(int position, int element, ushort half) => _keys[position * dimension + element] = half;

    public void SetValue(int position, int element, ushort half) => _values[position * dimension + element] = half;

    public void SetQuery(int t, int head, int element, float value) => Query[t * _stride + head * dimension + element] = value;

    public int OutputOf(int row) => row / heads * _stride + row % heads * dimension;

    /// <summary>Runs a kernel. The optional numbers make a part of its memory too short.</summary>
    public float[] Run(IVectorKernels kernels, out NonFinite failure, out int row, int pages = 0, int query = 0, int output = 0, int scratch = 0)
    {
        int pageCount = (Positions + PagePositions - 1) / PagePositions;
        int queryLength = (count - 1) * _stride + heads * dimension;
        using GuardedMemory pageMemory = new(pageCount * PageHalves * sizeof(ushort));
        using GuardedMemory queryMemory = new(queryLength * sizeof(float)), outputMemory = new(queryLength * sizeof(float));
        int scratchLength = AttentionBlock.ScratchLength(Positions, dimension);
        using GuardedMemory scratchMemory = new(scratchLength * sizeof(float));
        fixed (ushort* page = pageMemory.AtEnd<ushort>(Pages(pageCount)))
        {
            nint[] addresses = Addresses(page, pageCount);
            float[] stale = [.. Enumerable.Repeat(float.NaN, scratchLength)];
            Span<float> result = outputMemory.AtEnd<float>(new float[queryLength]);
            failure = kernels.Attend(
                new AttentionBlock
                {
                    Pages = addresses.AsSpan(0, pageCount + pages),
                    KeyOffset = KeyOffset,
                    ValueOffset = ValueOffset,
                    Dimension = dimension,
                    FirstPosition = first,
                    Count = count,
                    Heads = heads,
                    Scale = Scale,
                    Query = queryMemory.AtEnd<float>(Query.AsSpan(0, queryLength))[..(queryLength + query)],
                    QueryStride = _stride,
                    Output = result[..(queryLength + output)],
                    OutputStride = _stride,
                    Scratch = scratchMemory.AtEnd<float>(stale)[..(scratchLength + scratch)],
                },
                out row);
            return result.ToArray();
        }
    }

    /// <summary>Asks the definition without pages.</summary>
    public void CheckDefinition(float[] actual)
    {
        float[] expected = new float[dimension];
        for (int row = 0; row < count * heads; row++)
        {
            float[] scores = new float[PositionsOf(row)];
            Attention.Head(Query.AsSpan(OutputOf(row), dimension), _keys, _values, Scale, scores, expected);
            ReadOnlySpan<int> expectedBits = MemoryMarshal.Cast<float, int>(expected), actualBits = MemoryMarshal.Cast<float, int>(actual.AsSpan(OutputOf(row), dimension));
            Assert.True(expectedBits.SequenceEqual(actualBits), $"{this}, row {row}");
        }
    }

    /// <summary>
    /// The head in double precision, and how far binary32 may be off: with u = 2^-24, a score by d = u * (dimension / 16 + 6) * scale * sum |q k|,
    /// a weight by 2d and some u of the exponential, the sum and the division, the output by another u per position.
    /// </summary>
    public (double[] Exact, double Bound) Oracle(int row)
    {
        int positions = PositionsOf(row);
        double[] scores = new double[positions], exact = new double[dimension];
        double magnitude = 0, largest = 0;
        for (int j = 0; j < positions; j++)
        {
            double sum = 0;
            for (int i = 0; i < dimension; i++)
            {
                double product = (double)Query[OutputOf(row) + i] * Fp16.ToSingle(_keys[j * dimension + i]);
                scores[j] += product * Scale;
                sum += Math.Abs(product);
                largest = Math.Max(largest, Math.Abs(Fp16.ToSingle(_values[j * dimension + i])));
            }
            magnitude = Math.Max(magnitude, sum * Scale);
        }
        double max = scores.Max(), total = scores.Sum(score => Math.Exp(score - max));
        for (int j = 0; j < positions; j++)
        {
            for (int i = 0; i < dimension; i++)
                exact[i] += Math.Exp(scores[j] - max) / total * Fp16.ToSingle(_values[j * dimension + i]);
        }
        double unit = Math.ScaleB(1, -24);
        double score0 = unit * (dimension / 16 + 6) * magnitude;
        return (exact, largest * (4 * score0 + unit * (positions + positions / 16 + 16)));
    }

    public override string ToString() => $"{count} positions from {first}, {heads} heads of {dimension}";

    private static ushort[] Halves(SeededNoise noise, int count)
    {
        ushort[] halves = new ushort[count];
        foreach (ref ushort half in halves.AsSpan())
            half = noise.Next(8) == 0 ? (ushort)(noise.Next(0x10000) & 0x83FF) : Fp16.FromSingle(noise.Fill(1, 2f)[0]);
        return halves;
    }

    private int PositionsOf(int row) => first + row / heads + 1;

    /// <summary>In reverse order, so that a kernel must follow the addresses.</summary>
    private nint[] Addresses(ushort* pages, int pageCount)
    {
        nint[] addresses = new nint[pageCount];
        for (int page = 0; page < pageCount; page++)
            addresses[page] = (nint)(pages + (long)(pageCount - 1 - page) * PageHalves);
        return addresses;
    }

    private ushort[] Pages(int pageCount)
    {
        ushort[] pages = [.. Enumerable.Repeat(HalfNaN, pageCount * PageHalves)];
        for (int j = 0; j < Positions; j++)
        {
            int page = (pageCount - 1 - j / PagePositions) * PageHalves, slot = j % PagePositions;
            for (int i = 0; i < dimension; i++)
            {
                pages[page + KeyOffset + i * PagePositions + slot] = _keys[j * dimension + i];
                pages[page + ValueOffset + slot * dimension + i] = _values[j * dimension + i];
            }
        }
        return pages;
    }
}
