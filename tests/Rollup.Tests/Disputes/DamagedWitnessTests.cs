using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>Soundness: whatever is done to a witness, a right unit is never convicted, and what was damaged does not open.</summary>
public sealed class DamagedWitnessTests
{
    [Theory]
    [InlineData("Small", false)]
    [InlineData("Long", true)]
    [InlineData("Odd", false)]
    public void Judge_AnyByteOfWitnessDamaged_IsRefused(string shape, bool isSealed)
    {
        using DisputeWorld world = new(Shapes.Named(shape) with { IsSealed = isSealed });
        WitnessBuilder builder = world.Builder();
        ulong state = 1;
        HashSet<DisputeOperator> operators = [];
        foreach ((EntryPlace place, OperatorPlace op, StepUnit unit) in FirstAndLast(world))
        {
            StepClaim claim = builder.Claim(place);
            byte[] witness = builder.Build(place, world.Own.AnswerContent(place.Group, place.Index), unit);
            for (int i = 0; i < 60; i++)
            {
                byte[] damaged = (byte[])witness.Clone();
                damaged[(int)(Next(ref state) % (ulong)witness.Length)] ^= (byte)(1 + Next(ref state) % 255);
                AssertRefused(StepVerifier.Judge(claim, unit.Element, unit.Part, damaged), op, unit);
            }

            operators.Add(op.Operator);
        }

        Assert.True(operators.Count >= 23);
    }

    [Theory]
    [InlineData("Small")]
    [InlineData("Odd")]
    public void Judge_WitnessCutOrLonger_IsRefused(string shape)
    {
        using DisputeWorld world = new(Shapes.Named(shape));
        WitnessBuilder builder = world.Builder();
        foreach ((EntryPlace place, OperatorPlace op, StepUnit unit) in FirstAndLast(world))
        {
            StepClaim claim = builder.Claim(place);
            byte[] witness = builder.Build(place, world.Own.AnswerContent(place.Group, place.Index), unit);
            foreach (byte[] damaged in (byte[][])[[], witness[..^1], witness[..^32], [.. witness, .. new byte[32]], witness[32..]])
                AssertRefused(StepVerifier.Judge(claim, unit.Element, unit.Part, damaged), op, unit);
        }
    }

    [Fact]
    public void Judge_WitnessOfAnotherUnit_IsNeverWrong()
    {
        using DisputeWorld world = new(DisputeShape.Small);
        WitnessBuilder builder = world.Builder();
        (EntryPlace Place, OperatorPlace Operator, StepUnit Unit)[] all = [.. ListUnits.All(world.Own, world.Shape.Position, every: 9)];
        foreach (var made in all.Where((_, i) => i % 3 == 0))
        {
            byte[] witness = builder.Build(made.Place, world.Own.AnswerContent(made.Place.Group, made.Place.Index), made.Unit);
            foreach (var judged in all)
            {
                StepResult result = StepVerifier.Judge(builder.Claim(judged.Place), judged.Unit.Element, judged.Unit.Part, witness);
                Assert.NotEqual(StepVerdict.Wrong, result.Verdict);
            }
        }
    }

    [Fact]
    public void Judge_UnitOutsideOfEntry_IsRefused()
    {
        using DisputeWorld world = new(DisputeShape.TwoSegments);
        WitnessBuilder builder = world.Builder();
        foreach ((EntryPlace place, OperatorPlace op) in ListUnits.Entries(world.Own.Layout))
        {
            StepUnit[] units = [.. ListUnits.Of(world.Model, op, world.Shape.Position)];
            byte[] witness = builder.Build(place, world.Own.AnswerContent(place.Group, place.Index), units[^1]);
            foreach (uint element in (uint[])[units[^1].Element + 1, units[0].Element - 1, uint.MaxValue, int.MaxValue])
                AssertRefused(StepVerifier.Judge(builder.Claim(place), element, 0, witness), op, new StepUnit(element, 0));
            AssertRefused(StepVerifier.Judge(builder.Claim(place), units[^1].Element, 1, witness), op, new StepUnit(0, 1));
        }
    }

    [Fact]
    public void Judge_ClaimChanged_IsNeverWrong()
    {
        using DisputeWorld world = new(DisputeShape.Long);
        WitnessBuilder builder = world.Builder();
        foreach ((EntryPlace place, OperatorPlace op, StepUnit unit) in FirstAndLast(world))
        {
            StepClaim claim = builder.Claim(place);
            byte[] witness = builder.Build(place, world.Own.AnswerContent(place.Group, place.Index), unit);
            foreach (StepClaim changed in Changes(claim))
                Assert.NotEqual(StepVerdict.Wrong, StepVerifier.Judge(changed, unit.Element, unit.Part, witness).Verdict);
        }
    }

    [Fact]
    public void Judge_RandomBytes_AreRefused()
    {
        using DisputeWorld world = new(DisputeShape.Small);
        WitnessBuilder builder = world.Builder();
        ulong state = 7;
        foreach ((EntryPlace place, OperatorPlace op, StepUnit unit) in FirstAndLast(world))
        {
            for (int i = 0; i < 100; i++)
            {
                byte[] random = new byte[Next(ref state) % 700];
                for (int b = 0; b < random.Length; b++)
                    random[b] = Next(ref state) % 3 == 0 ? (byte)Next(ref state) : (byte)(b % 32 == 31 ? 32 * (Next(ref state) % 8) : 0);
                AssertRefused(StepVerifier.Judge(builder.Claim(place), unit.Element, unit.Part, random), op, unit);
            }
        }
    }

    /// <summary>Whatever context is not the one that the entry was made in must not convict, as long as it is bound by what is opened.</summary>
    private static IEnumerable<StepClaim> Changes(StepClaim claim)
    {
        DisputeContext context = claim.Context;
        yield return claim with { Entry = Sha256.Hash([1]) };
        yield return claim with { Group = 77 };
        yield return claim with { Index = 7777 };
        yield return claim with { GroupRoots = [.. claim.GroupRoots.Skip(1)] };
        yield return claim with { Context = context with { Position = context.Positions } };
        yield return claim with { Context = context with { Config = context.Config with { Architecture = 2 } } };
        yield return claim with { Context = context with { Config = context.Config with { EmbeddingLength = 0 } } };
        yield return claim with { Context = context with { Config = context.Config with { KvHeadCount = 3 } } };
        yield return claim with { Context = context with { FirstLayer = uint.MaxValue, LayerCount = 2 } };
        yield return claim with { Context = context with { LayerCount = 0 } };
        yield return claim with { Context = context with { IsSealed = !context.IsSealed } };
    }

    private static IEnumerable<(EntryPlace Place, OperatorPlace Operator, StepUnit Unit)> FirstAndLast(DisputeWorld world) =>
        ListUnits.All(world.Own, world.Shape.Position, every: int.MaxValue);

    private static void AssertRefused(StepResult result, OperatorPlace op, StepUnit unit)
    {
        Assert.True(result.Verdict == StepVerdict.Refused, $"{op} {unit}: {result}");
        Assert.True(result.Stage != StepStage.None && result.Cause != StepCause.None);
    }

    private static ulong Next(ref ulong state)
    {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        return state;
    }
}
