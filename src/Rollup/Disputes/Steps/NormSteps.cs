using TeeTee.Numerics;
using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Disputes;

/// <summary>A norm's statistic: the lanes after one chunk of 1,024 elements, or r.</summary>
internal static class NormSteps
{
    public static bool Statistic(StepScope scope, NormWitness witness)
    {
        int chunks = scope.Model.NormChunksOf();
        int element = scope.RequireElement(0, chunks + 1L);
        float[] committed = Output(scope, witness.Output);
        ReadOnlySpan<float> lanes = committed.AsSpan(1);
        if (element < chunks)
            return Lanes(scope, witness.Input, lanes, element);
        StepScope.RequireEmpty(witness.Input, StepStage.Input);
        float r = NormOutput.InverseRoot(lanes[^LaneSum.Lanes..], (int)scope.Model.EmbeddingLength, scope.Model.Epsilon);
        return StepBits.Differ(r, committed[0]);
    }

    /// <summary>r and lanes of the selected norm.</summary>
    private static float[] Output(StepScope scope, byte[] content) =>
        StepScope.Floats(scope.FlatOutput(content, Bytes(scope.Model), c => DisputeHash.Norm(c)));

    /// <summary>r of another norm of the same group.</summary>
    public static float RootOf(StepScope scope, FlatOpening opening, DisputeOperator op) =>
        StepScope.Floats(scope.FlatInput(opening, op, 0, Bytes(scope.Model), c => DisputeHash.Norm(c)))[0];

    /// <summary>The vector that a norm, or what is quantised after it, reads.</summary>
    public static (int Group, DisputeOperator Operator) SourceOf(StepScope scope) => scope.Place.Operator switch
    {
        DisputeOperator.FeedForwardNorm or DisputeOperator.QuantizedFeedForwardInput => (scope.Group, DisputeOperator.AttentionResidual),
        _ => scope.Layout.HiddenBefore(scope.Group),
    };

    private static int Bytes(DisputeModel model) => sizeof(float) * (1 + model.NormChunksOf() * LaneSum.Lanes);

    private static bool Lanes(StepScope scope, PageOpening input, ReadOnlySpan<float> committed, int chunk)
    {
        (int group, DisputeOperator source) = SourceOf(scope);
        int first = chunk * OperatorShapes.NormChunk;
        float[] x = scope.InputPages(input, group, source, first, OperatorShapes.NormChunk / OperatorShapes.PageElements);
        float[] lanes = chunk == 0 ? new float[LaneSum.Lanes] : committed.Slice((chunk - 1) * LaneSum.Lanes, LaneSum.Lanes).ToArray();
        NormOutput.AddSquares(x, lanes);
        return StepBits.Differ(lanes, committed.Slice(chunk * LaneSum.Lanes, LaneSum.Lanes));
    }
}
