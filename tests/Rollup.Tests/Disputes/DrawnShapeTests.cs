using FsCheck;
using FsCheck.Fluent;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>Shapes that nobody chose: engine, expansion and judge agree, and a flipped bit of any unit is found.</summary>
public sealed class DrawnShapeTests
{
    private static Gen<DisputeShape> Drawn { get; } =
        from kvHeads in Gen.Choose(1, 3)
        from share in Gen.Choose(1, 3)
        from halfDimension in Gen.Choose(1, 40)
        from halfRotated in Gen.Choose(1, halfDimension)
        from embedding in Gen.Choose(4, 150)
        from feedForward in Gen.Choose(4, 200)
        from layers in Gen.Choose(1, 3)
        from first in Gen.Choose(0, layers - 1)
        from position in Gen.Choose(0, 70)
        from later in Gen.Choose(1, 40)
        from flags in Gen.Choose(0, 15)
        from seed in Gen.Choose(1, 1_000_000)
        select new DisputeShape(
            new SyntheticModel
            {
                Seed = (ulong)seed, Embedding = embedding, FeedForward = feedForward, Layers = layers, Heads = kvHeads * share, KvHeads = kvHeads,
                KeyLength = 2 * halfDimension, RopeDimensions = 2 * halfRotated, Context = 128, TiedOutput = (flags & 1) != 0,
            },
            new LayerRange(first, layers - first), position + later, position)
        {
            PromptTokens = 1 + position / 2, IsSealed = (flags & 2) != 0, IsGreedy = (flags & 4) != 0, IsHalfSplit = (flags & 8) != 0,
        };

    [Fact]
    public void Judge_AnyShape_AgreesWithTheEngine() => Prop.ForAll(Drawn.ToArbitrary(), Agrees)
        .Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    private static void Agrees(DisputeShape shape)
    {
        using DisputeWorld world = new(shape);
        Assert.Equal(
            world.TraceLeaves[shape.Position],
            ListEdges.Of(world.Model, world.Own.Layout, world.Own.Entries).Leaf((uint)shape.Position));
        WitnessBuilder builder = world.Builder();
        foreach ((EntryPlace place, OperatorPlace op, StepUnit unit) in ListUnits.All(world.Own, shape.Position, every: 61))
        {
            byte[] witness = builder.Build(place, world.Own.AnswerContent(place.Group, place.Index), unit);
            StepResult right = StepVerifier.Judge(builder.Claim(place), unit.Element, unit.Part, witness);
            Assert.True(right.Verdict == StepVerdict.Right, $"{op} {unit} of {shape}: {right}");

            TamperedEntry tampered = new(world, place, unit);
            StepUnit found = StepFinder.Find(world.Own, place, tampered.Answer)!.Value;
            StepResult wrong = StepVerifier.Judge(tampered.Claim, found.Element, found.Part, tampered.Witness(found));
            Assert.True(wrong.Verdict == StepVerdict.Wrong, $"{op} {unit} of {shape}: {wrong}");
        }
    }
}
