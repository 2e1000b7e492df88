using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>Values that are not finite are wrong even where they follow from what stands before; the edges of the arithmetic are right.</summary>
public sealed class AlteredStepTests : IDisposable
{
    private readonly DisputeWorld _world = new(DisputeShape.Small);

    public static TheoryData<int> Steps => [.. Enumerable.Range(0, AlteredSteps.All.Count)];

    public void Dispose() => _world.Dispose();

    [Theory]
    [MemberData(nameof(Steps))]
    public void Judge_EdgeOfArithmetic_IsAsTheRulingsSay(int index)
    {
        AlteredSteps.Step step = AlteredSteps.All[index];
        (StepClaim claim, byte[] witness) = AlteredSteps.Make(_world, step);

        StepResult result = StepVerifier.Judge(claim, step.Judged.Element, step.Judged.Part, witness);

        Assert.True(result.Verdict == (step.IsWrong ? StepVerdict.Wrong : StepVerdict.Right), $"{step.Name}: {result}");
    }
}
