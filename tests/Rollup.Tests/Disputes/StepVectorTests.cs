using System.Text.Json;
using System.Text.Json.Nodes;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>
/// contracts/test/vectors/steps: right and wrong steps of every operator with the bytes whose change must make the contract revert.
/// TEETEE_UPDATE_VECTORS=1 writes the files anew; otherwise they must be what this code makes.
/// </summary>
public sealed class StepVectorTests
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true };

    public static TheoryData<string, bool, string> Files() => new()
    {
        { "Small", false, "" },
        { "Small", true, "" },
        { "Long", false, "" },
        { "Long", true, "Heads" },
        { "Odd", false, "" },
        { "TwoPages", false, "Wide" },
        { "TwoSegments", true, "Wide" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Vectors_OfEveryOperator_AreWhatThisCodeMakes(string shape, bool isSealed, string which)
    {
        string path = Repository.PathOf("contracts", "test", "vectors", "steps", $"{shape}{(isSealed ? "Sealed" : "")}.json");
        string made = Make(shape, isSealed, which);
        if (Environment.GetEnvironmentVariable("TEETEE_UPDATE_VECTORS") == "1")
            File.WriteAllText(path, made);

        Assert.Equal(made, File.ReadAllText(path));
    }

    private static string Make(string shape, bool isSealed, string which)
    {
        using DisputeWorld world = new(Shapes.Named(shape) with { IsSealed = isSealed });
        JsonArray cases = [];
        foreach ((EntryPlace place, OperatorPlace op, StepUnit unit) in Chosen(world, which))
        {
            string name = $"{op.Operator} {unit.Element}/{unit.Part}";
            TamperedEntry tampered = new(world, place, unit, value: 5);
            cases.Add(Case(name + " right", world.Builder().Claim(place), unit, world.Builder().Build(
                place, world.Own.AnswerContent(place.Group, place.Index), unit), wrong: false));
            cases.Add(Case(name + " wrong", tampered.Claim, unit, tampered.Witness(unit), wrong: true));
        }

        JsonObject file = new() { ["count"] = cases.Count, ["cases"] = cases };
        return file.ToJsonString(s_options) + "\n";
    }

    private static JsonObject Case(string name, StepClaim claim, StepUnit unit, byte[] witness, bool wrong)
    {
        StepVerdict expected = wrong ? StepVerdict.Wrong : StepVerdict.Right;
        Assert.Equal(expected, StepVerifier.Judge(claim, unit.Element, unit.Part, witness).Verdict);
        JsonArray damage = [];
        foreach (int offset in wrong ? DamageOf(claim, unit, witness) : [])
            damage.Add(offset);
        return new JsonObject
        {
            ["name"] = name,
            ["claim"] = Hex.Encode(claim.Encode()),
            ["element"] = unit.Element,
            ["part"] = unit.Part,
            ["witness"] = Hex.Encode(witness),
            ["wrong"] = wrong,
            ["reverts"] = false,
            ["damage"] = damage,
        };
    }

    /// <summary>A byte of each opened value: what no check of the encoding, only the openings themselves can notice.</summary>
    private static IEnumerable<int> DamageOf(StepClaim claim, StepUnit unit, byte[] witness)
    {
        foreach (int offset in OpenedBytes.Offsets(WitnessTypes.Of(claim, unit.Element), witness))
        {
            byte[] damaged = (byte[])witness.Clone();
            damaged[offset] ^= 1;
            Assert.Equal(StepVerdict.Refused, StepVerifier.Judge(claim, unit.Element, unit.Part, damaged).Verdict);
            yield return offset;
        }
    }

    private static IEnumerable<(EntryPlace Place, OperatorPlace Operator, StepUnit Unit)> Chosen(DisputeWorld world, string which)
    {
        HashSet<(DisputeOperator, StepUnit)> seen = [];
        foreach ((EntryPlace place, OperatorPlace op) in ListUnits.Entries(world.Own.Layout).Reverse())
        {
            if (op.Operator == DisputeOperator.Input || !IsChosen(which, op))
                continue;
            StepUnit[] units = [.. ListUnits.Of(world.Model, op, world.Shape.Position)];
            foreach (StepUnit unit in UnitsOf(world, op, units))
            {
                if (seen.Add((op.Operator, unit)) && seen.Count(s => s.Item1 == op.Operator) <= Most(op))
                    yield return (place, op, unit);
            }
        }
    }

    private static int Most(OperatorPlace op) => op.Operator switch
    {
        DisputeOperator.AttentionHead => 9,
        DisputeOperator.AttentionNorm or DisputeOperator.RotatedQuery or DisputeOperator.KeyRow or DisputeOperator.Down => 3,
        _ => 1,
    };

    private static bool IsChosen(string which, OperatorPlace op) => which switch
    {
        "Heads" => op.Operator is DisputeOperator.AttentionHead or DisputeOperator.QuantizedHeads or DisputeOperator.KeyRow,
        "Wide" => op.Operator is DisputeOperator.Down or DisputeOperator.AttentionNorm or DisputeOperator.Pick or DisputeOperator.OutputNorm
            or DisputeOperator.QuantizedGated or DisputeOperator.QuantizedHeads or DisputeOperator.QuantizedOutputInput
            or DisputeOperator.Logits or DisputeOperator.AttentionHead or DisputeOperator.FeedForwardResidual or DisputeOperator.Embedding,
        _ => true,
    };

    private static IEnumerable<StepUnit> UnitsOf(DisputeWorld world, OperatorPlace op, StepUnit[] units) => op.Operator switch
    {
        DisputeOperator.Pick => [new StepUnit(world.Own.Outputs.Final!.Bests[^1].Id, 0)],
        DisputeOperator.AttentionHead => units,
        DisputeOperator.AttentionNorm or DisputeOperator.OutputNorm => [units[0], units[^2], units[^1]],
        DisputeOperator.Down when units[^1].Part > 0 =>
            [units[^1], units.First(u => u.Part == 0), units.Last(u => u.Part == 0)],
        _ => [units[units.Length / 2], units[^1], units[0]],
    };
}
