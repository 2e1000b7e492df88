using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>One token whose score contradicts the committed best of its segment of logits.</summary>
internal static class PickSteps
{
    public static bool Best(StepScope scope, PickWitness witness)
    {
        int element = scope.RequireElement(0, scope.Model.VocabularySize);
        SegmentBest[] bests = PickContent.Read(
            scope.FlatOutput(witness.Output, scope.Model.UnitsOf(DisputeOperator.Logits) * PickContent.BestBytes, c => DisputeHash.Pick(c)));
        SegmentBest committed = bests[element / scope.Model.SegmentOf(DisputeOperator.Logits)];
        float logit = scope.InputElement(witness.Logit, scope.Group, DisputeOperator.Logits, element);
        SegmentBest own = new(Score(scope, logit, (uint)element), (uint)element);
        if (!float.IsFinite(committed.Score))
            return true;
        return own.Id == committed.Id ? StepBits.Differ(own.Score, committed.Score) : own.Beats(committed);
    }

    private static float Score(StepScope scope, float logit, uint id)
    {
        Span<byte> seed = stackalloc byte[Bytes32.Size];
        scope.Context.Sampling.Seed.CopyTo(seed);
        float? inverseTemperature = scope.Context.Sampling.Greedy ? null : scope.Context.Sampling.InverseTemperature;
        return SegmentBest.ScoreOf(logit, id, inverseTemperature, new GumbelNoise(seed, scope.Context.Position + 1));
    }
}
