using System.Buffers.Binary;
using TeeTee.Numerics;
using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Disputes;

/// <summary>The embedding and the residuals, one element each.</summary>
internal static class VectorSteps
{
    public static bool Embedding(StepScope scope, EmbeddingWitness witness)
    {
        float committed = scope.OutputElement(witness.Output);
        int element = (int)scope.Element;
        uint token = scope.Token(witness.Token);
        StepRefusal.Unless(token < scope.Model.VocabularySize, StepStage.Token, StepCause.OutOfRange);
        byte[] page = scope.Weight(witness.Weight, WeightLayout.TokenEmbedding, token, element / OperatorShapes.PageColumns);
        int column = element % OperatorShapes.PageColumns;
        ReadOnlySpan<byte> block = page.AsSpan(column / BlockQuantizer.BlockSize * MatrixVector.BlockBytes, MatrixVector.BlockBytes);
        float scale = Fp16.ToSingle(BinaryPrimitives.ReadUInt16LittleEndian(block));
        return StepBits.Differ(scale * (sbyte)block[2 + column % BlockQuantizer.BlockSize], committed);
    }

    public static bool Residual(StepScope scope, ResidualWitness witness)
    {
        float committed = scope.OutputElement(witness.Output);
        int element = (int)scope.Element;
        bool isAttention = scope.Place.Operator == DisputeOperator.AttentionResidual;
        (int group, DisputeOperator hidden) = isAttention
            ? scope.Layout.HiddenBefore(scope.Group)
            : (scope.Group, DisputeOperator.AttentionResidual);
        DisputeOperator branch = isAttention ? DisputeOperator.AttentionOutput : DisputeOperator.Down;
        float sum = scope.InputElement(witness.Hidden, group, hidden, element)
            + scope.InputElement(witness.Branch, scope.Group, branch, element);
        return StepBits.Differ(sum, committed);
    }
}
