using TeeTee.Numerics.Operators;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>The judge agrees with the expansion, and so with the engine, on every unit of an honest list.</summary>
public sealed class HonestStepTests
{
    [Theory]
    [InlineData("Small", false, 1)]
    [InlineData("Small", true, 1)]
    [InlineData("Long", false, 1)]
    [InlineData("Long", true, 7)]
    [InlineData("Odd", false, 1)]
    [InlineData("Odd", true, 7)]
    [InlineData("TwoPages", false, 97)]
    [InlineData("TwoPages", true, 197)]
    [InlineData("TwoSegments", false, 97)]
    [InlineData("TwoSegments", true, 197)]
    public void Judge_EveryUnitOfHonestList_IsRight(string shape, bool isSealed, int every)
    {
        using DisputeWorld world = new(Shapes.Named(shape) with { IsSealed = isSealed });
        WitnessBuilder builder = world.Builder();
        int judged = 0;
        HashSet<DisputeOperator> operators = [];
        foreach ((EntryPlace place, OperatorPlace op, StepUnit unit) in ListUnits.All(world.Own, world.Shape.Position, every))
        {
            byte[] witness = builder.Build(place, world.Own.AnswerContent(place.Group, place.Index), unit);
            StepResult result = StepVerifier.Judge(builder.Claim(place), unit.Element, unit.Part, witness);
            Assert.True(result.Verdict == StepVerdict.Right, $"{op} {unit}: {result}");
            judged++;
            operators.Add(op.Operator);
        }

        Assert.True(judged > 100, $"{judged} units judged");
        Assert.Equal(world.Shape.Range.First == 0 ? 24 : 23, operators.Count);
    }
}
