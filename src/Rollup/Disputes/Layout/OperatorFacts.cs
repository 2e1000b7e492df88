using TeeTee.Numerics;
using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Disputes;

/// <summary>The fixed tables over <see cref="DisputeOperator"/>: form, shape, weights.</summary>
public static class OperatorFacts
{
    /// <summary>How the output is committed.</summary>
    public static OperatorForm Form(this DisputeOperator op) => op switch
    {
        DisputeOperator.Input or DisputeOperator.Embedding or DisputeOperator.RotatedQuery or DisputeOperator.AttentionResidual
            or DisputeOperator.FeedForwardResidual => OperatorForm.Vector,
        DisputeOperator.Query or DisputeOperator.Key or DisputeOperator.Value or DisputeOperator.AttentionOutput or DisputeOperator.Gate
            or DisputeOperator.Up or DisputeOperator.Down or DisputeOperator.Logits => OperatorForm.Matrix,
        DisputeOperator.QuantizedAttentionInput or DisputeOperator.QuantizedHeads or DisputeOperator.QuantizedFeedForwardInput
            or DisputeOperator.QuantizedGated or DisputeOperator.QuantizedOutputInput => OperatorForm.Quantized,
        DisputeOperator.AttentionNorm or DisputeOperator.FeedForwardNorm or DisputeOperator.OutputNorm => OperatorForm.Norm,
        DisputeOperator.KeyRow or DisputeOperator.ValueRow => OperatorForm.Row,
        DisputeOperator.AttentionHead => OperatorForm.Head,
        DisputeOperator.Pick => OperatorForm.Pick,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "No operator."),
    };

    /// <summary>Elements of a vector, rows of a matrix, unpadded elements of a quantised vector, elements that a norm is over, of one row or head.</summary>
    public static int LengthOf(this DisputeModel model, DisputeOperator op) => op switch
    {
        DisputeOperator.Query or DisputeOperator.RotatedQuery or DisputeOperator.QuantizedHeads => model.QueryLength,
        DisputeOperator.Key or DisputeOperator.Value => model.KvLength,
        DisputeOperator.KeyRow or DisputeOperator.ValueRow or DisputeOperator.AttentionHead => (int)model.HeadDimension,
        DisputeOperator.Gate or DisputeOperator.Up or DisputeOperator.QuantizedGated => (int)model.FeedForwardLength,
        DisputeOperator.Logits or DisputeOperator.Pick => (int)model.VocabularySize,
        DisputeOperator.None => throw new ArgumentOutOfRangeException(nameof(op), op, "No operator."),
        _ => (int)model.EmbeddingLength,
    };

    /// <summary>Columns of a matrix, without padding.</summary>
    public static int ColumnsOf(this DisputeModel model, DisputeOperator op) => op switch
    {
        DisputeOperator.AttentionOutput => model.QueryLength,
        DisputeOperator.Down => (int)model.FeedForwardLength,
        _ => (int)model.EmbeddingLength,
    };

    /// <summary>Elements (or rows) of a full segment.</summary>
    public static int SegmentOf(this DisputeModel model, DisputeOperator op) => op.Form() == OperatorForm.Matrix
        ? OperatorShapes.MatrixSegment(model.ColumnsOf(op))
        : OperatorShapes.SegmentElements;

    /// <summary>Entries of an operator in its group.</summary>
    public static int UnitsOf(this DisputeModel model, DisputeOperator op) => op.Form() switch
    {
        OperatorForm.Vector or OperatorForm.Matrix => OperatorShapes.PartsOf(model.LengthOf(op), model.SegmentOf(op)),
        OperatorForm.Quantized => OperatorShapes.PartsOf(BlockQuantizer.PaddedLength(model.LengthOf(op)), OperatorShapes.SegmentElements),
        OperatorForm.Row => (int)model.KvHeadCount,
        OperatorForm.Head => (int)model.HeadCount,
        _ => 1,
    };

    /// <summary>The shape of one segment of a vector or matrix.</summary>
    public static SegmentShape SegmentShapeOf(this DisputeModel model, DisputeOperator op, int unit)
    {
        int size = model.SegmentOf(op);
        int first = unit * size;
        int planes = op.Form() == OperatorForm.Matrix ? OperatorShapes.PlanesOf(model.ColumnsOf(op)) : 1;
        return new SegmentShape(first, Math.Min(size, model.LengthOf(op) - first), planes);
    }

    /// <summary>Blocks of one segment of a quantised vector.</summary>
    public static int BlocksOf(this DisputeModel model, DisputeOperator op, int unit)
    {
        const int blocks = OperatorShapes.SegmentElements / BlockQuantizer.BlockSize;
        return Math.Min(blocks, BlockQuantizer.BlocksOf(model.LengthOf(op)) - unit * blocks);
    }

    /// <summary>Chunks of 1,024 elements of a norm.</summary>
    public static int NormChunksOf(this DisputeModel model) => OperatorShapes.PartsOf((int)model.EmbeddingLength, OperatorShapes.NormChunk);
}
