using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>The witness type that a claim asks for.</summary>
internal static class WitnessTypes
{
    public static AbiType Of(StepClaim claim, uint element)
    {
        DisputeOperator op = claim.Context.Layout().PlaceOf((int)claim.Group, (int)claim.Index).Operator;
        return op switch
        {
            DisputeOperator.Embedding => EmbeddingWitness.Type,
            DisputeOperator.QuantizedAttentionInput or DisputeOperator.QuantizedFeedForwardInput or DisputeOperator.QuantizedOutputInput =>
                QuantizedNormWitness.Type,
            DisputeOperator.RotatedQuery => RotationWitness.Type,
            DisputeOperator.KeyRow => KeyRowWitness.Type,
            DisputeOperator.ValueRow => ValueRowWitness.Type,
            DisputeOperator.QuantizedHeads => QuantizedHeadsWitness.Type,
            DisputeOperator.QuantizedGated => QuantizedGatedWitness.Type,
            DisputeOperator.AttentionResidual or DisputeOperator.FeedForwardResidual => ResidualWitness.Type,
            DisputeOperator.Pick => PickWitness.Type,
            DisputeOperator.AttentionHead => (element / OperatorShapes.ChunksOf((int)claim.Context.Position)) switch
            {
                0 => ScoresWitness.Type,
                1 => SumsWitness.Type,
                _ => OutputsWitness.Type,
            },
            _ when op.Form() == OperatorForm.Norm => NormWitness.Type,
            _ => MatrixWitness.Type,
        };
    }
}
