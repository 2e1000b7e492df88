using TeeTee.Numerics.Operators;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>Completeness: whatever single unit of an answer differs, it is found and convicts.</summary>
public sealed class TamperedStepTests
{
    [Theory]
    [InlineData("Small", false, 1)]
    [InlineData("Small", true, 3)]
    [InlineData("Long", true, 3)]
    [InlineData("Odd", false, 3)]
    [InlineData("TwoPages", true, 397)]
    [InlineData("TwoSegments", false, 397)]
    public void Judge_AnyUnitTampered_IsFoundAndWrong(string shape, bool isSealed, int every)
    {
        using DisputeWorld world = new(Shapes.Named(shape) with { IsSealed = isSealed });
        int value = 0;
        foreach ((EntryPlace place, OperatorPlace op, StepUnit drawn) in ListUnits.All(world.Own, world.Shape.Position, every))
        {
            // Of a pick only the best of a segment has a committed score.
            StepUnit unit = op.Operator == DisputeOperator.Pick
                ? new StepUnit(world.Own.Outputs.Final!.Bests[drawn.Element / (uint)world.Model.SegmentOf(DisputeOperator.Logits)].Id, 0)
                : drawn;
            TamperedEntry tampered = new(world, place, unit, value = (value + 1) % 33);

            StepUnit? found = StepFinder.Find(world.Own, place, tampered.Answer);

            Assert.True(op.Operator == DisputeOperator.Pick ? found is not null : found == unit, $"{op} {unit}: found {found}");
            StepResult result = StepVerifier.Judge(tampered.Claim, found!.Value.Element, found.Value.Part, tampered.Witness(found.Value));
            Assert.True(result.Verdict == StepVerdict.Wrong, $"{op} {unit}: {result}");
        }
    }
}
