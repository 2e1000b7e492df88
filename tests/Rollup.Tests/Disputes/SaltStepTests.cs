using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>The salts of a sealed list: right ones never convict, a wrong one is found and does, and only under the job's own key.</summary>
public sealed class SaltStepTests
{
    [Theory]
    [InlineData("Small")]
    [InlineData("Long")]
    [InlineData("TwoPages")]
    [InlineData("TwoSegments")]
    public void Judge_SaltOfEveryContent_IsRightUnlessWrong(string shape)
    {
        using DisputeWorld world = new(Shapes.Named(shape) with { IsSealed = true });
        WitnessBuilder builder = world.Builder();
        HashSet<DisputeOperator> operators = [];
        foreach ((EntryPlace place, OperatorPlace op, StepUnit unit) in Salts(world))
        {
            byte[] honest = builder.Build(place, world.Own.AnswerContent(place.Group, place.Index), unit);
            Assert.Equal(new StepResult(StepVerdict.Right), StepVerifier.Judge(builder.Claim(place), unit.Element, unit.Part, honest));

            WrongSalt wrong = new(world, place, (int)unit.Element);
            Assert.Equal(unit, StepFinder.Find(world.Own, place, wrong.Answer));
            StepResult result = StepVerifier.Judge(wrong.Claim, unit.Element, unit.Part, wrong.Witness(unit));
            Assert.True(result == new StepResult(StepVerdict.Wrong), $"{op} {unit}: {result}");
            operators.Add(op.Operator);
        }

        Assert.True(operators.Count >= 23);
    }

    [Fact]
    public void Judge_SaltUnderAnotherKey_IsRefused()
    {
        using DisputeWorld world = new(DisputeShape.Small with { IsSealed = true });
        foreach ((EntryPlace place, OperatorPlace op, StepUnit unit) in Salts(world))
        {
            WrongSalt wrong = new(world, place, (int)unit.Element);
            Assert.True(WitnessCodec.TryDecode(wrong.Witness(unit), out SaltWitness? witness));
            byte[] forged = (witness with { SaltKey = Sha256.Hash("another"u8) }).Encode();
            Assert.Equal(
                new StepResult(StepVerdict.Refused, StepStage.Token, StepCause.BadPath),
                StepVerifier.Judge(wrong.Claim, unit.Element, unit.Part, forged));
        }
    }

    [Fact]
    public void Judge_SaltWitnessDamagedOrResized_IsRefused()
    {
        using DisputeWorld world = new(DisputeShape.Small with { IsSealed = true });
        foreach ((EntryPlace place, OperatorPlace op, StepUnit unit) in Salts(world))
        {
            WrongSalt wrong = new(world, place, (int)unit.Element);
            byte[] witness = wrong.Witness(unit);
            for (int i = 0; i < witness.Length; i += 7)
            {
                byte[] damaged = (byte[])witness.Clone();
                damaged[i] ^= 0x41;
                Assert.Equal(StepVerdict.Refused, StepVerifier.Judge(wrong.Claim, unit.Element, unit.Part, damaged).Verdict);
            }

            foreach (byte[] resized in ResizedParts.Of(SaltWitness.Type, witness))
                Assert.Equal(StepVerdict.Refused, StepVerifier.Judge(wrong.Claim, unit.Element, unit.Part, resized).Verdict);
            Assert.Equal(StepVerdict.Refused, StepVerifier.Judge(wrong.Claim, unit.Element + 1, unit.Part, witness).Verdict);
        }
    }

    [Fact]
    public void Judge_SaltOfPublicJob_IsRefused()
    {
        using DisputeWorld world = new(DisputeShape.Small);
        byte[] witness = new SaltWitness(DisputeWorld.SaltKey, ProvenPage.Empty, PageOpening.Empty, [], Bytes32.Zero).Encode();
        StepResult result = StepVerifier.Judge(world.Builder().Claim(new EntryPlace(1, 0)), 0, StepUnit.SaltPart, witness);
        Assert.Equal(new StepResult(StepVerdict.Refused, StepStage.Claim, StepCause.OutOfRange), result);
    }

    [Fact]
    public void Build_SaltWithoutKey_IsRefused()
    {
        using DisputeWorld world = new(DisputeShape.Small with { IsSealed = true });
        WitnessBuilder builder = new(world.Context, world.Own, world.Own.Entries, world.Sources with { SaltKey = null });
        EntryPlace place = new(1, 0);
        Assert.Throws<InvalidOperationException>(
            () => builder.Build(place, world.Own.AnswerContent(1, 0), new StepUnit(0, StepUnit.SaltPart)));
    }

    [Fact]
    public void Find_WrongValueBehindWrongSalt_IsTheValue()
    {
        using DisputeWorld world = new(DisputeShape.Small with { IsSealed = true });
        foreach ((EntryPlace place, OperatorPlace op, StepUnit salt) in Salts(world))
        {
            // A head's leaves hang on its salt, and a pick's units are chosen by their scores: both have tests of their own.
            if (op.Operator is DisputeOperator.Pick or DisputeOperator.AttentionHead)
                continue;
            StepUnit unit = ListUnits.Of(world.Model, op, world.Shape.Position).First();
            byte[] answer = new TamperedEntry(world, place, unit).Answer;
            answer[3] ^= 1;
            Assert.Equal(unit, StepFinder.Find(world.Own, place, answer));
        }
    }

    private static IEnumerable<(EntryPlace Place, OperatorPlace Operator, StepUnit Unit)> Salts(DisputeWorld world)
    {
        foreach ((EntryPlace place, OperatorPlace op) in ListUnits.Entries(world.Own.Layout))
        {
            if (op.Operator == DisputeOperator.Input)
                continue;
            bool isPaged = op.Operator.Form() is OperatorForm.Vector or OperatorForm.Matrix;
            int pages = isPaged ? world.Model.SegmentShapeOf(op.Operator, op.Unit).Pages : 1;
            foreach (int page in (int[])(pages == 1 ? [0] : [0, pages - 1]))
                yield return (place, op, new StepUnit((uint)page, StepUnit.SaltPart));
        }
    }
}
