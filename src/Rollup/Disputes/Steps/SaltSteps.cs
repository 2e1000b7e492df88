using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>
/// The salt of one page, row, flat content or head of a sealed job against the job's salt key. The key is bound by the salt of a page of
/// tokensRoot, which the operator signed: another key with that salt would be a second preimage.
/// </summary>
internal static class SaltSteps
{
    public static bool Salt(StepScope scope, SaltWitness witness)
    {
        StepRefusal.Unless(scope.Context.IsSealed && scope.Place.Operator != DisputeOperator.Input, StepStage.Claim, StepCause.OutOfRange);
        CommitmentSalts salts = new(witness.SaltKey);
        RequireKey(scope, witness.Token, salts);
        Bytes32 committed = scope.Place.Operator.Form() switch
        {
            OperatorForm.Vector or OperatorForm.Matrix => OfPage(scope, witness),
            OperatorForm.Head => OfHead(scope, witness),
            _ => OfFlat(scope, witness),
        };
        return new DisputeSalts(salts, scope.Layout, scope.Model, scope.Context.Position).Of(scope.Place, (int)scope.Element) != committed;
    }

    private static void RequireKey(StepScope scope, ProvenPage token, CommitmentSalts salts)
    {
        _ = scope.Token(token);
        Bytes32 expected = salts.Tokens[scope.Position / TokenCommitment.PageTokens];
        StepRefusal.Unless(Front(token.Content) == expected, StepStage.Token, StepCause.BadPath);
    }

    private static Bytes32 OfPage(StepScope scope, SaltWitness witness)
    {
        StepRefusal.Unless(witness.Content.Length == 0 && witness.ChunkRoot.IsZero, StepStage.Output, StepCause.Unexpected);
        SegmentShape shape = scope.Model.SegmentShapeOf(scope.Place.Operator, scope.Place.Unit);
        _ = scope.OutputPage(witness.Output, shape, scope.RequireElement(0, shape.Pages));
        return Front(witness.Output.Pages);
    }

    private static Bytes32 OfHead(StepScope scope, SaltWitness witness)
    {
        _ = scope.RequireElement(0, 1);
        StepScope.RequireEmpty(witness.Output, StepStage.Output);
        StepRefusal.Unless(witness.Content.Length == Bytes32.Size, StepStage.Output, StepCause.BadLength);
        StepRefusal.Unless(
            DisputeHash.Head(witness.Content, witness.ChunkRoot) == scope.Claim.Entry, StepStage.Output, StepCause.BadPath);
        return Front(witness.Content);
    }

    private static Bytes32 OfFlat(StepScope scope, SaltWitness witness)
    {
        _ = scope.RequireElement(0, 1);
        StepScope.RequireEmpty(witness.Output, StepStage.Output);
        StepRefusal.Unless(witness.ChunkRoot.IsZero, StepStage.Output, StepCause.Unexpected);
        (int bytes, Func<byte[], Bytes32> hash) = FormOf(scope.Model, scope.Place);
        _ = scope.FlatOutput(witness.Content, bytes, hash);
        return Front(witness.Content);
    }

    private static (int Bytes, Func<byte[], Bytes32> Hash) FormOf(DisputeModel model, OperatorPlace place) => place.Operator.Form() switch
    {
        OperatorForm.Quantized =>
            (model.BlocksOf(place.Operator, place.Unit) * (sizeof(float) + BlockQuantizer.BlockSize), c => DisputeHash.Quantized(c)),
        OperatorForm.Norm => (sizeof(float) * (1 + model.NormChunksOf() * LaneSum.Lanes), c => DisputeHash.Norm(c)),
        OperatorForm.Row => ((int)model.HeadDimension * sizeof(ushort), c => Sha256Merkle.Leaf(c)),
        _ => (model.UnitsOf(DisputeOperator.Logits) * PickContent.BestBytes, c => DisputeHash.Pick(c)),
    };

    private static Bytes32 Front(byte[] salted) => new(salted.AsSpan(0, Bytes32.Size));
}
