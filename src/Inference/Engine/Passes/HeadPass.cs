using TeeTee.Inference.Kernels;
using TeeTee.Inference.Models;
using TeeTee.Inference.Sampling;

namespace TeeTee.Inference.Engine.Passes;

/// <summary>The end of a model: final norm and head product for the rows that are picked from, some tens at a time, and the picks, cut over threads.</summary>
internal sealed class HeadPass(ForwardPass pass)
{
    // Ids of an item; a multiple of what the kernels ask for.
    private const int SegmentIds = 64 * IVectorKernels.RangeAlignment;

    private readonly ModelConfig _config = pass.Model.Config;
    private readonly NormWork _norm = new(pass);
    private readonly PickWork _pick = new(pass);
    private readonly MatrixProduct[] _product = new MatrixProduct[1];
    private readonly RowPick[] _picks = new RowPick[PassBuffers.HeadRows];

    /// <summary>Picks from all rows given, which are rows of the residual stream.</summary>
    public void Run(Span<RowPick> picks)
    {
        int most = Math.Min(PassBuffers.HeadRows, pass.MaxRows);
        for (int start = 0; start < picks.Length; start += most)
        {
            Span<RowPick> part = picks.Slice(start, Math.Min(most, picks.Length - start));
            part.CopyTo(_picks);
            RunPart(part.Length);
            _picks.AsSpan(0, part.Length).CopyTo(part);
        }
    }

    /// <summary>Picks from vectors of consecutive positions.</summary>
    /// <returns>The failure of the first that has one.</returns>
    public NonFinite Pick(ReadOnlySpan<float> hidden, int firstPosition, SamplingParameters sampling, Span<uint> tokens)
    {
        int most = Math.Min(PassBuffers.HeadRows, pass.MaxRows);
        for (int start = 0; start < tokens.Length; start += most)
        {
            int count = Math.Min(most, tokens.Length - start);
            hidden.Slice(start * pass.Width, count * pass.Width).CopyTo(pass.Hidden(0, count));
            for (int i = 0; i < count; i++)
                _picks[i] = new RowPick { Row = i, Position = (uint)(firstPosition + start + i + 1), Sampling = sampling };
            RunPart(count);
            for (int i = 0; i < count; i++)
            {
                if (!_picks[i].Failure.IsNone)
                    return _picks[i].Failure;
                tokens[start + i] = _picks[i].Token;
            }
        }
        return NonFinite.None;
    }

    /// <summary>The logits of one vector.</summary>
    public NonFinite Logits(ReadOnlySpan<float> hidden, Span<float> logits)
    {
        hidden.CopyTo(pass.Hidden(0));
        _picks[0] = default;
        Multiply(1);
        Span<float> row = pass.Buffers.Logits.Slice(0, _config.VocabularySize);
        if (!_picks[0].Failure.IsNone)
            return _picks[0].Failure;
        NonFinite failure = FiniteScan.Find(row, "matrixVector");
        row.CopyTo(logits);
        return failure;
    }

    private void RunPart(int count)
    {
        Multiply(count);
        _pick.Run(_picks, count);
    }

    private void Multiply(int count)
    {
        (PackedMatrix head, float[] weight) = pass.Model.Output;
        pass.Buffers.Batch.Shape(_config.EmbeddingLength, count);
        _norm.Run(_picks, weight, count);
        _product[0] = new MatrixProduct(head, pass.Buffers.Logits);
        MatrixProduct.Run(pass.Model.Pool, pass.Model.Kernels.Matrix, pass.Buffers.Batch, count, _product);
    }

    private sealed class NormWork(ForwardPass pass) : IPoolWork
    {
        private RowPick[] _picks = [];
        private float[] _weight = [];

        public void Run(RowPick[] picks, float[] weight, int count)
        {
            (_picks, _weight) = (picks, weight);
            pass.Model.Pool.Run(count, this);
        }

        public void Execute(int item, int worker)
        {
            IVectorKernels vectors = pass.Model.Kernels.Vectors;
            Span<float> normed = pass.Buffers.Normed.Slice((long)worker * pass.Width, pass.Width);
            NonFinite failure = vectors.RmsNorm(pass.Hidden(_picks[item].Row), _weight, pass.Model.Config.RmsEpsilon, normed);
            _picks[item].Failure = failure.IsNone ? pass.Buffers.Batch.Write(item, normed, vectors) : failure;
        }
    }

    private sealed class PickWork : IPoolWork
    {
        private readonly ForwardPass _pass;
        private readonly int _vocabulary;
        private readonly int _segments;
        private readonly PickCandidate[] _candidates;
        private RowPick[] _picks = [];

        public PickWork(ForwardPass pass)
        {
            (_pass, _vocabulary) = (pass, pass.Model.Config.VocabularySize);
            _segments = (_vocabulary + SegmentIds - 1) / SegmentIds;
            _candidates = new PickCandidate[_segments * PassBuffers.HeadRows];
        }

        public void Run(RowPick[] picks, int count)
        {
            _picks = picks;
            _pass.Model.Pool.Run(count * _segments, this);
            for (int i = 0; i < count; i++)
                Conclude(ref picks[i], _candidates.AsSpan(i * _segments, _segments));
        }

        public void Execute(int item, int worker)
        {
            (int pick, int segment) = Math.DivRem(item, _segments);
            int first = segment * SegmentIds;
            ReadOnlySpan<float> logits = _pass.Buffers.Logits.Slice(
                (long)pick * _vocabulary + first, Math.Min(SegmentIds, _vocabulary - first));
            _candidates[item] = Choose(logits, first, _picks[pick]);
        }

        private PickCandidate Choose(ReadOnlySpan<float> logits, int first, in RowPick pick)
        {
            NonFinite failure = FiniteScan.Find(logits, "matrixVector");
            if (!failure.IsNone)
                return new PickCandidate(0, 0f, failure with { Index = first + failure.Index });
            IVectorKernels vectors = _pass.Model.Kernels.Vectors;
            return pick.Sampling.Greedy
                ? vectors.Greedy(logits, first)
                : vectors.Sample(logits, first, pick.Sampling.InverseTemperature, pick.Sampling.NoiseAt(pick.Position));
        }

        // All logits are checked before any is scored, so a logit that is not finite counts before an earlier score that is not.
        private static void Conclude(ref RowPick pick, ReadOnlySpan<PickCandidate> candidates)
        {
            if (!pick.Failure.IsNone)
                return;
            PickCandidate best = candidates[0];
            foreach (PickCandidate candidate in candidates[1..])
                best = IsLogit(candidate) && !IsLogit(best) ? candidate : PickCandidate.Merge(best, candidate);
            (pick.Token, pick.Failure) = (best.Id, best.Failure);
        }

        private static bool IsLogit(in PickCandidate candidate) => candidate.Failure.Operator == "matrixVector";
    }
}
