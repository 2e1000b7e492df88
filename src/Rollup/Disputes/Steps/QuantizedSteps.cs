using System.Runtime.InteropServices;
using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>One block of 32 of a quantised vector, from the values before it is quantised, which are no operators of their own.</summary>
internal static class QuantizedSteps
{
    private const int BlockSize = BlockQuantizer.BlockSize;

    /// <summary>(x * r) * w of a norm.</summary>
    public static bool Norm(StepScope scope, QuantizedNormWitness witness)
    {
        Block committed = Output(scope, witness.Output);
        DisputeOperator norm = scope.Place.Operator switch
        {
            DisputeOperator.QuantizedAttentionInput => DisputeOperator.AttentionNorm,
            DisputeOperator.QuantizedFeedForwardInput => DisputeOperator.FeedForwardNorm,
            _ => DisputeOperator.OutputNorm,
        };
        float r = NormSteps.RootOf(scope, witness.Norm, norm);
        (int group, DisputeOperator source) = NormSteps.SourceOf(scope);
        int place = committed.First % OperatorShapes.PageElements;
        ReadOnlySpan<float> x = scope.InputPages(witness.Input, group, source, committed.First).AsSpan(place, committed.Count);
        byte[] page = scope.Weight(
            witness.Weight, WeightLayout.TensorOf(scope.Model, norm, scope.Place.Layer), 0, committed.First / OperatorShapes.PageElements);
        ReadOnlySpan<float> weight = StepScope.Floats(page).AsSpan(place, committed.Count);
        float[] y = new float[committed.Count];
        for (int i = 0; i < y.Length; i++)
            y[i] = Finite.Require(x[i] * r * weight[i], "rmsNorm", i);
        return committed.Differs(y);
    }

    /// <summary>The output rows of the heads, one after another.</summary>
    public static bool Heads(StepScope scope, QuantizedHeadsWitness witness)
    {
        Block committed = Output(scope, witness.Output);
        int dimension = (int)scope.Model.HeadDimension;
        int first = committed.First / dimension;
        int last = (committed.First + committed.Count - 1) / dimension;
        StepRefusal.Unless(witness.Heads.Count == last - first + 1, StepStage.Input, StepCause.BadLength);
        List<float> rows = [];
        for (int head = first; head <= last; head++)
            rows.AddRange(HeadRow(scope, witness.Heads[head - first], head, dimension));
        return committed.Differs(CollectionsMarshal.AsSpan(rows).Slice(committed.First - first * dimension, committed.Count));
    }

    /// <summary>silu(gate) * up.</summary>
    public static bool Gated(StepScope scope, QuantizedGatedWitness witness)
    {
        Block committed = Output(scope, witness.Output);
        float[] y = new float[committed.Count];
        SiluGate.Apply(Projection(scope, witness.Gate, DisputeOperator.Gate, committed), Projection(scope, witness.Up, DisputeOperator.Up, committed), y);
        return committed.Differs(y);
    }

    private static ReadOnlySpan<float> Projection(StepScope scope, PageOpening opening, DisputeOperator op, Block block)
    {
        int place = block.First % scope.Model.SegmentOf(op) % OperatorShapes.PageElements;
        return scope.InputPages(opening, scope.Group, op, block.First).AsSpan(place, block.Count);
    }

    private static float[] HeadRow(StepScope scope, HeadRowOpening opening, int head, int dimension)
    {
        Bytes32 entry = scope.Entry(opening.Entry, scope.Group, DisputeOperator.AttentionHead, head);
        StepRefusal.Unless(opening.Salt.Length == scope.SaltBytes, StepStage.Input, StepCause.BadLength);
        StepRefusal.Unless(DisputeHash.Head(opening.Salt, opening.ChunkRoot) == entry, StepStage.Input, StepCause.BadPath);
        int leaves = 3 * OperatorShapes.ChunksOf(scope.Position);
        return AttentionSteps.Leaf(scope, opening.Row, opening.ChunkRoot, leaves - 1, dimension);
    }

    private static Block Output(StepScope scope, byte[] content)
    {
        DisputeOperator op = scope.Place.Operator;
        int blocks = scope.Model.BlocksOf(op, scope.Place.Unit);
        int firstBlock = scope.Place.Unit * (OperatorShapes.SegmentElements / BlockSize);
        int block = scope.RequireElement(firstBlock, blocks);
        byte[] flat = scope.FlatOutput(content, blocks * (sizeof(float) + BlockSize), c => DisputeHash.Quantized(c));
        return new Block(
            block * BlockSize, Math.Min(BlockSize, scope.Model.LengthOf(op) - block * BlockSize),
            StepScope.Floats(flat.AsSpan((block - firstBlock) * sizeof(float), sizeof(float)))[0],
            flat.AsMemory(blocks * sizeof(float) + (block - firstBlock) * BlockSize, BlockSize));
    }

    /// <summary>A committed block: its first element, how many of its 32 are no padding, its scale and values.</summary>
    private readonly record struct Block(int First, int Count, float Scale, ReadOnlyMemory<byte> Values)
    {
        public bool Differs(ReadOnlySpan<float> y)
        {
            Span<sbyte> q = stackalloc sbyte[BlockSize];
            float scale = BlockQuantizer.QuantizeBlock(y, q);
            return StepBits.Differ(scale, Scale) || !MemoryMarshal.AsBytes(q).SequenceEqual(Values.Span);
        }
    }
}
