using System.Runtime.CompilerServices;
using TeeTee.Numerics;

namespace TeeTee.Inference.Kernels.Lanes;

/// <summary>
/// Attention over pages for some rows (queries) at a time. Scores: lanes are positions, so a position's fold of sixteen is a sum of
/// sixteen vectors in the order of the definition. Weighted sums: lanes are elements of the head, and positions come in order. A page is
/// widened once for all rows. Rows are computed in twos and fours; what is computed for absent rows and for positions
/// beyond a row's own is never read.
/// </summary>
internal static unsafe class PagedAttention<TLanes>
    where TLanes : struct, ILanes<TLanes>
{
    private const int PagePositions = AttentionBlock.PagePositions;

    /// <summary>Computes a block that was checked.</summary>
    public static NonFinite Run(in AttentionBlock block, out int row)
    {
        fixed (nint* pages = block.Pages)
        fixed (float* scratch = block.Scratch)
        {
            int most = AttentionBlock.RowsAtATime(block.FirstPosition + block.Count);
            for (int first = 0; first < block.Rows; first += most)
            {
                AttentionRows rows = new(block, pages, scratch, first, Math.Min(most, block.Rows - first));
                LoadQueries(block, rows);
                Scores(rows);
                if (Softmax(rows, out row) is { IsNone: false } failure)
                    return failure;
                WeightedSums(rows);
                StoreOutputs(block, rows);
            }
        }
        row = -1;
        return NonFinite.None;
    }

    private static void LoadQueries(in AttentionBlock block, in AttentionRows rows)
    {
        rows.ClearVectors();
        for (int r = 0; r < rows.Count; r++)
            block.Query.Slice(block.QueryOf(rows.First + r), rows.Dimension).CopyTo(new Span<float>(rows.Vector(r), rows.Dimension));
    }

    private static void StoreOutputs(in AttentionBlock block, in AttentionRows rows)
    {
        for (int r = 0; r < rows.Count; r++)
            new ReadOnlySpan<float>(rows.Vector(r), rows.Dimension).CopyTo(block.Output.Slice(block.OutputOf(rows.First + r), rows.Dimension));
    }

    private static void Scores(in AttentionRows rows)
    {
        for (int page = 0; page < rows.Pages; page++)
        {
            WidenKeys(rows, page);
            for (int r = rows.FirstRowOf(page) / 2 * 2; r < rows.Count; r += 2)
                ScorePair(rows, r, rows.Scores(r) + page * PagePositions);
        }
    }

    /// <summary>Elements of the head are filled up with zeros to whole lanes: a zero added to a lane can only change a zero's sign.</summary>
    private static void WidenKeys(in AttentionRows rows, int page)
    {
        Widen(rows.Keys(page), rows.Page, rows.Dimension * PagePositions);
        new Span<float>(rows.Page + rows.Dimension * PagePositions, (rows.LaneElements - rows.Dimension) * PagePositions).Clear();
    }

    /// <summary>
    /// Two rows and a page. The fold by 8, 4, 2 and 1 adds lanes i and i + 8, to that the sum of i + 4 and i + 12, and so on: in the end
    /// what came of the even lanes and what came of the odd ones. The loop is there so that the compiler inlines all of it.
    /// </summary>
    private static void ScorePair(in AttentionRows rows, int row, float* scores)
    {
        float* first = rows.Vector(row), second = first + rows.VectorStride;
        int elements = rows.LaneElements;
        for (int slot = 0; slot < PagePositions; slot += 2 * TLanes.Count)
        {
            float* keys = rows.Page + slot, target = scores + slot;
            ScoreTile<TLanes> even = default, odd = default;
            for (int lane = 0; lane < 2; lane++)
            {
                even = odd;
                odd = Fold(keys, first, second, elements, lane) + Fold(keys, first, second, elements, lane + 4)
                    + (Fold(keys, first, second, elements, lane + 2) + Fold(keys, first, second, elements, lane + 6));
            }
            ScoreTile<TLanes> all = even + odd;
            TLanes factor = TLanes.Create(rows.Scale);
            (all.A0 * factor).Store(target);
            (all.A1 * factor).Store(target + TLanes.Count);
            (all.B0 * factor).Store(target + rows.ScoreStride);
            (all.B1 * factor).Store(target + rows.ScoreStride + TLanes.Count);
        }
    }

    /// <summary>Lane + (lane + 8) of two rows at two vectors of positions: eight independent chains of fma.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ScoreTile<TLanes> Fold(float* keys, float* first, float* second, int elements, int lane)
    {
        const int Half = LaneSum.Lanes / 2;
        TLanes a0 = default, a1 = default, b0 = default, b1 = default;
        TLanes c0 = default, c1 = default, d0 = default, d1 = default;
        for (int i = lane; i < elements; i += LaneSum.Lanes)
        {
            float* k = keys + i * PagePositions;
            TLanes k0 = TLanes.Load(k), k1 = TLanes.Load(k + TLanes.Count);
            TLanes x = TLanes.Create(first[i]), y = TLanes.Create(second[i]);
            a0 = TLanes.MultiplyAdd(x, k0, a0);
            a1 = TLanes.MultiplyAdd(x, k1, a1);
            b0 = TLanes.MultiplyAdd(y, k0, b0);
            b1 = TLanes.MultiplyAdd(y, k1, b1);
            k += Half * PagePositions;
            k0 = TLanes.Load(k);
            k1 = TLanes.Load(k + TLanes.Count);
            x = TLanes.Create(first[i + Half]);
            y = TLanes.Create(second[i + Half]);
            c0 = TLanes.MultiplyAdd(x, k0, c0);
            c1 = TLanes.MultiplyAdd(x, k1, c1);
            d0 = TLanes.MultiplyAdd(y, k0, d0);
            d1 = TLanes.MultiplyAdd(y, k1, d1);
        }
        return new(a0 + c0, a1 + c1, b0 + d0, b1 + d1);
    }

    private static NonFinite Softmax(in AttentionRows rows, out int row)
    {
        for (int r = 0; r < rows.Count; r++)
        {
            NonFinite failure = Softmax(rows.Scores(r), rows.PositionsOf(r));
            if (!failure.IsNone)
            {
                row = rows.First + r;
                return failure;
            }
        }
        row = -1;
        return NonFinite.None;
    }

    /// <summary>
    /// Scores into weights. The rest of the last sixteen repeats score 0 for the maximum, then holds zeros, which no sum notices: sums of
    /// exponentials are never -0. The sign of a zero maximum is of no account either, as s - M is then a zero or s itself.
    /// </summary>
    private static NonFinite Softmax(float* scores, int count)
    {
        int padded = (count + LaneSum.Lanes - 1) / LaneSum.Lanes * LaneSum.Lanes;
        new Span<float>(scores + count, padded - count).Fill(scores[0]);
        TLanes max = TLanes.Load(scores), taint = default;
        for (int j = 0; j < padded; j += TLanes.Count)
        {
            TLanes s = TLanes.Load(scores + j);
            max = TLanes.Max(max, s);
            taint = TLanes.MultiplyAdd(s, default, taint);
        }
        if (TLanes.IsAnyNaN(taint))
            return FiniteScan.Find(new ReadOnlySpan<float>(scores, count), "attention.score");
        max = TLanes.Create(TLanes.Largest(max));
        for (int j = 0; j < padded; j += TLanes.Count)
            LaneMath<TLanes>.ExpNeg(TLanes.Load(scores + j) - max).Store(scores + j);
        new Span<float>(scores + count, padded - count).Clear();
        TLanes sum = TLanes.Create(LaneSums<TLanes>.Sum(scores, padded));
        for (int j = 0; j < padded; j += TLanes.Count)
            (TLanes.Load(scores + j) / sum).Store(scores + j);
        return NonFinite.None;
    }

    private static void WeightedSums(in AttentionRows rows)
    {
        rows.ClearVectors();
        for (int page = 0; page < rows.Pages; page++)
        {
            WidenValues(rows, page);
            for (int r = rows.FirstRowOf(page) / AttentionRows.Tile * AttentionRows.Tile; r < rows.Count; r += AttentionRows.Tile)
            {
                int common = rows.SlotsOf(r, page);
                AddFour(rows, r, page, common);
                for (int next = r + 1; next < Math.Min(r + AttentionRows.Tile, rows.Count); next++)
                    AddOne(rows, next, page, common, rows.SlotsOf(next, page));
            }
        }
    }

    /// <summary>The first <paramref name="count"/> positions of a page, which all four rows read.</summary>
    private static void AddFour(in AttentionRows rows, int row, int page, int count)
    {
        int stride = rows.VectorStride, weightStride = rows.ScoreStride;
        float* weights = rows.Scores(row) + page * PagePositions;
        for (int i = 0; i < rows.Dimension; i += 2 * TLanes.Count)
        {
            float* v = rows.Page + i, o = rows.Vector(row) + i;
            TLanes a0 = TLanes.Load(o), a1 = TLanes.Load(o + TLanes.Count);
            TLanes b0 = TLanes.Load(o + stride), b1 = TLanes.Load(o + stride + TLanes.Count);
            TLanes c0 = TLanes.Load(o + 2 * stride), c1 = TLanes.Load(o + 2 * stride + TLanes.Count);
            TLanes d0 = TLanes.Load(o + 3 * stride), d1 = TLanes.Load(o + 3 * stride + TLanes.Count);
            float* w = weights;
            for (float* end = w + count; w < end; w++, v += stride)
            {
                TLanes v0 = TLanes.Load(v), v1 = TLanes.Load(v + TLanes.Count);
                TLanes x = TLanes.Create(*w), y = TLanes.Create(w[weightStride]);
                a0 = TLanes.MultiplyAdd(x, v0, a0);
                a1 = TLanes.MultiplyAdd(x, v1, a1);
                b0 = TLanes.MultiplyAdd(y, v0, b0);
                b1 = TLanes.MultiplyAdd(y, v1, b1);
                x = TLanes.Create(w[2 * weightStride]);
                y = TLanes.Create(w[3 * weightStride]);
                c0 = TLanes.MultiplyAdd(x, v0, c0);
                c1 = TLanes.MultiplyAdd(x, v1, c1);
                d0 = TLanes.MultiplyAdd(y, v0, d0);
                d1 = TLanes.MultiplyAdd(y, v1, d1);
            }
            a0.Store(o);
            a1.Store(o + TLanes.Count);
            b0.Store(o + stride);
            b1.Store(o + stride + TLanes.Count);
            c0.Store(o + 2 * stride);
            c1.Store(o + 2 * stride + TLanes.Count);
            d0.Store(o + 3 * stride);
            d1.Store(o + 3 * stride + TLanes.Count);
        }
    }

    /// <summary>The positions that a row reads beyond those of the rows before it.</summary>
    private static void AddOne(in AttentionRows rows, int row, int page, int from, int to)
    {
        float* weights = rows.Scores(row) + page * PagePositions;
        for (int j = from; j < to; j++)
        {
            float* v = rows.Page + j * rows.VectorStride, o = rows.Vector(row);
            TLanes w = TLanes.Create(weights[j]);
            for (int i = 0; i < rows.Dimension; i += TLanes.Count)
                TLanes.MultiplyAdd(w, TLanes.Load(v + i), TLanes.Load(o + i)).Store(o + i);
        }
    }

    private static void WidenValues(in AttentionRows rows, int page)
    {
        ushort* values = rows.Values(page);
        int slots = rows.SlotsOf(rows.Count - 1, page);
        for (int j = 0; j < slots; j++)
        {
            ushort* source = values + j * rows.Dimension;
            float* target = rows.Page + j * rows.VectorStride;
            int whole = rows.Dimension / TLanes.Count * TLanes.Count;
            Widen(source, target, whole);
            for (int i = whole; i < rows.Dimension; i++)
                target[i] = Fp16.ToSingle(source[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(ushort* source, float* target, int count)
    {
        for (int i = 0; i < count; i += TLanes.Count)
            TLanes.LoadHalves(source + i).Store(target + i);
    }
}
