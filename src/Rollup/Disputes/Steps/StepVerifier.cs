using TeeTee.Numerics;
using TeeTee.Numerics.Operators;

namespace TeeTee.Rollup.Disputes;

/// <summary>
/// Recomputes one element, block or chunk of one operator from opened inputs: the twin of contracts/src/steps/StepVerifier.sol, with the
/// arithmetic of TeeTee.Numerics. Pure. Whatever the bytes, it returns and decides nothing but whether committed bits differ.
/// </summary>
public static class StepVerifier
{
    /// <summary>Judges a step.</summary>
    /// <param name="claim">The selected entry in the revealed list; that the entry opens there is the game's to check.</param>
    /// <param name="element">Which unit, as the operator's witness in contracts/src/types/DisputeTypes.sol says.</param>
    /// <param name="part">The weight page of a matrix; zero for all other operators.</param>
    /// <param name="witness">ABI encoding of the operator's witness.</param>
    public static StepResult Judge(StepClaim claim, uint element, uint part, ReadOnlySpan<byte> witness)
    {
        ArgumentNullException.ThrowIfNull(claim);
        try
        {
            StepScope scope = new(claim, element, part);
            bool wrong = IsWrong(scope, witness);
            return new StepResult(wrong ? StepVerdict.Wrong : StepVerdict.Right);
        }
        catch (StepRefusal refusal)
        {
            return refusal.Result;
        }
        catch (NonFiniteException)
        {
            // The canonical computation ends here, so whatever was committed is none of its results.
            return new StepResult(StepVerdict.Wrong);
        }
    }

    private static bool IsWrong(StepScope scope, ReadOnlySpan<byte> witness)
    {
        DisputeOperator op = scope.Place.Operator;
        StepRefusal.Unless(scope.Part == 0 || op.Form() == OperatorForm.Matrix, StepStage.Unit, StepCause.OutOfRange);
        return op switch
        {
            DisputeOperator.Embedding => VectorSteps.Embedding(scope, StepScope.Read<EmbeddingWitness>(witness)),
            DisputeOperator.AttentionNorm or DisputeOperator.FeedForwardNorm or DisputeOperator.OutputNorm =>
                NormSteps.Statistic(scope, StepScope.Read<NormWitness>(witness)),
            DisputeOperator.QuantizedAttentionInput or DisputeOperator.QuantizedFeedForwardInput or DisputeOperator.QuantizedOutputInput =>
                QuantizedSteps.Norm(scope, StepScope.Read<QuantizedNormWitness>(witness)),
            DisputeOperator.RotatedQuery => RotationSteps.Query(scope, StepScope.Read<RotationWitness>(witness)),
            DisputeOperator.KeyRow => RotationSteps.KeyRow(scope, StepScope.Read<KeyRowWitness>(witness)),
            DisputeOperator.ValueRow => RotationSteps.ValueRow(scope, StepScope.Read<ValueRowWitness>(witness)),
            DisputeOperator.AttentionHead => AttentionSteps.Chunk(scope, witness),
            DisputeOperator.QuantizedHeads => QuantizedSteps.Heads(scope, StepScope.Read<QuantizedHeadsWitness>(witness)),
            DisputeOperator.QuantizedGated => QuantizedSteps.Gated(scope, StepScope.Read<QuantizedGatedWitness>(witness)),
            DisputeOperator.AttentionResidual or DisputeOperator.FeedForwardResidual =>
                VectorSteps.Residual(scope, StepScope.Read<ResidualWitness>(witness)),
            DisputeOperator.Pick => PickSteps.Best(scope, StepScope.Read<PickWitness>(witness)),
            _ when op.Form() == OperatorForm.Matrix => MatrixSteps.Row(scope, StepScope.Read<MatrixWitness>(witness)),
            _ => throw new StepRefusal(StepStage.Claim, StepCause.OutOfRange),
        };
    }
}
