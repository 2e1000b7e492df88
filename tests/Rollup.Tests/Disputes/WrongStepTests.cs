using TeeTee.Numerics.Operators;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>One wrong bit in any operator's output: the lists differ there first, the judge says so there, and nowhere else.</summary>
public sealed class WrongStepTests
{
    public static TheoryData<string, DisputeOperator, bool> Cases()
    {
        TheoryData<string, DisputeOperator, bool> cases = [];
        foreach (DisputeOperator op in Enum.GetValues<DisputeOperator>())
        {
            if (op is DisputeOperator.None or DisputeOperator.Input)
                continue;
            cases.Add(op == DisputeOperator.Embedding ? "Small" : "Long", op, op == DisputeOperator.Embedding);
            cases.Add("Small", op, op != DisputeOperator.Embedding);
            if (op != DisputeOperator.Embedding)
                cases.Add("Odd", op, false);
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Judge_OneBitFlipped_IsWrongThereAndOnlyThere(string shape, DisputeOperator target, bool isSealed)
    {
        DisputeShape drawn = Shapes.Named(shape) with { IsSealed = isSealed };
        int layer = drawn.Range.First + drawn.Range.Count - 1;
        using DisputeWorld world = new(drawn, new BitFlip(target, layer, drawn.Position));

        EntryPlace? difference = world.Own.Entries.FirstDifference(world.Host.Entries);
        Assert.NotNull(difference);
        Assert.Equal(target, world.Own.Layout.PlaceOf(difference.Value.Group, difference.Value.Index).Operator);
        byte[] answer = world.Host.AnswerContent(difference.Value.Group, difference.Value.Index);
        StepUnit? found = StepFinder.Find(world.Own, difference.Value, answer);
        Assert.NotNull(found);
        byte[] witness = world.Builder().Build(difference.Value, answer, found.Value);
        StepClaim claim = world.Builder().Claim(difference.Value);
        Assert.Equal(new StepResult(StepVerdict.Wrong), StepVerifier.Judge(claim, found.Value.Element, found.Value.Part, witness));

        AssertRightElsewhere(world, difference.Value, found.Value);
    }

    [Fact]
    public void Find_EqualContent_IsNull()
    {
        using DisputeWorld world = new(DisputeShape.Small);
        foreach ((EntryPlace place, OperatorPlace _) in ListUnits.Entries(world.Own.Layout))
            Assert.Null(StepFinder.Find(world.Own, place, world.Own.AnswerContent(place.Group, place.Index)));
    }

    [Fact]
    public void Find_AnswerOfOtherLength_IsNull()
    {
        using DisputeWorld world = new(DisputeShape.Small);
        Assert.Null(StepFinder.Find(world.Own, new EntryPlace(1, 0), new byte[3]));
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(1e30f)]
    public void Judge_PickOfAnotherToken_IsWrong(float score)
    {
        using DisputeWorld world = new(DisputeShape.Small, new OtherPick(score, DisputeShape.Small.Position));
        EntryPlace place = world.Own.Entries.FirstDifference(world.Host.Entries)!.Value;
        byte[] answer = world.Host.AnswerContent(place.Group, place.Index);
        StepUnit unit = StepFinder.Find(world.Own, place, answer)!.Value;
        byte[] witness = world.Builder().Build(place, answer, unit);
        Assert.Equal(StepVerdict.Wrong, StepVerifier.Judge(world.Builder().Claim(place), unit.Element, 0, witness).Verdict);
    }

    [Fact]
    public void Judge_PaddingOfPlane_IsWrongUnlessZero()
    {
        using DisputeWorld world = new(DisputeShape.TwoPages);
        EntryPlace place = world.Own.Layout.Locate(1, DisputeOperator.Down, 0);
        byte[] answer = world.Own.AnswerContent(place.Group, place.Index);
        answer[4 * 400] = 1;
        byte[][] pages = [.. answer.Chunk(1024)];
        OperatorEntries revealed = Replace(world, place, OperatorList.PageTree(pages).TreeHash);
        WitnessBuilder builder = new(world.Context, world.Own, revealed, world.Sources);

        StepUnit unit = StepFinder.Find(world.Own, place, answer)!.Value;

        Assert.Equal(new StepUnit(400, 0), unit);
        StepResult result = StepVerifier.Judge(builder.Claim(place), unit.Element, unit.Part, builder.Build(place, answer, unit));
        Assert.Equal(StepVerdict.Wrong, result.Verdict);
    }

    private static OperatorEntries Replace(DisputeWorld world, EntryPlace place, Primitives.Bytes32 entry) =>
        new([.. world.Own.Entries.Groups.Select((group, g) => (IReadOnlyList<Primitives.Bytes32>)
            [.. group.Select((own, i) => new EntryPlace(g, i) == place ? entry : own)])]);

    /// <summary>The host computed on from its wrong value, so its own list contradicts itself in one unit.</summary>
    private static void AssertRightElsewhere(DisputeWorld world, EntryPlace place, StepUnit unit)
    {
        WitnessBuilder builder = world.HostBuilder();
        List<string> wrong = [];
        foreach ((EntryPlace at, OperatorPlace op, StepUnit candidate) in ListUnits.All(world.Host, world.Shape.Position, every: 5))
        {
            byte[] witness = builder.Build(at, world.Host.AnswerContent(at.Group, at.Index), candidate);
            StepResult result = StepVerifier.Judge(builder.Claim(at), candidate.Element, candidate.Part, witness);
            bool isPlanted = at == place && candidate == unit;
            if (result.Verdict != (isPlanted ? StepVerdict.Wrong : StepVerdict.Right))
                wrong.Add($"{op} {candidate}: {result}");
        }

        Assert.Empty(wrong);
    }

    private sealed class OtherPick(float score, int position) : Inference.Disputes.IOperatorFault
    {
        public bool Affects(int at) => at == position;

        public void AlterPick(int at, SegmentBest[] bests) => bests[0] = new SegmentBest(score, 5);
    }
}
