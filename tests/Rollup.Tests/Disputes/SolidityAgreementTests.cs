using System.Text.RegularExpressions;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>The enum and the structs are those of contracts/src/types.</summary>
public sealed partial class SolidityAgreementTests
{
    private static readonly string s_types = Uncommented("DisputeTypes.sol");
    private static readonly Dictionary<string, string> s_structs = Structs(s_types + Uncommented("Types.sol") + Uncommented("Messages.sol"));

    [Fact]
    public void Operators_OfContract_AreOurs()
    {
        string body = EnumBody().Match(s_types).Groups["body"].Value;
        string[] expected = [.. body.Split(',').Select(name => name.Trim())];

        Assert.Equal(26, expected.Length);
        Assert.Equal(expected, Enum.GetNames<DisputeOperator>());
        Assert.Equal(Enumerable.Range(0, 26), Enum.GetValues<DisputeOperator>().Select(op => (int)op));
    }

    [Fact]
    public void Facts_EveryOperator_AreKnown()
    {
        foreach (DisputeOperator op in Enum.GetValues<DisputeOperator>())
        {
            if (op == DisputeOperator.None)
                Assert.Throws<ArgumentOutOfRangeException>(() => op.Form());
            else
                Assert.True(Enum.IsDefined(op.Form()) && DisputeModels.Tiny.LengthOf(op) > 0 && DisputeModels.Tiny.UnitsOf(op) > 0);
        }
    }

    [Fact]
    public void Witnesses_OfContract_HaveOurTypes()
    {
        (string Name, AbiType Type)[] ours =
        [
            .. typeof(EmbeddingWitness).Assembly.GetTypes()
                .Where(type => type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IStepWitness<>)))
                .Select(type => (type.Name, (AbiType)type.GetProperty("Type")!.GetValue(null)!)),
        ];

        Assert.Equal(s_structs.Keys.Where(name => name.EndsWith("Witness", StringComparison.Ordinal)).Order(), ours.Select(w => w.Name).Order());
        foreach ((string name, AbiType type) in ours)
            Assert.Equal(TypeOf(name), type.ToString());
    }

    [Theory]
    [InlineData("DisputeContext", DisputeContext.Tuple)]
    [InlineData("ModelConfig", DisputeModel.Tuple)]
    [InlineData("EntryOpening", EntryOpening.Tuple)]
    [InlineData("PageOpening", PageOpening.Tuple)]
    [InlineData("FlatOpening", FlatOpening.Tuple)]
    [InlineData("HeadRowOpening", HeadRowOpening.Tuple)]
    [InlineData("KvChunk", KvChunk.Tuple)]
    [InlineData("TraceOpening", TraceOpening.Tuple)]
    [InlineData("TokenOpening", WitnessTuples.Page)]
    [InlineData("WeightOpening", WitnessTuples.Page)]
    [InlineData("ChunkOpening", WitnessTuples.Page)]
    public void Structs_OfContract_AreOurs(string name, string tuple) => Assert.Equal(TypeOf(name), tuple);

    [Fact]
    public void Context_Encoded_DecodesToItself()
    {
        using DisputeWorld world = new(DisputeShape.Small);
        object decoded = AbiCodec.Decode([AbiType.Parse(DisputeContext.Tuple)], world.Context.Encode())[0];

        Assert.Equal(world.Context, DisputeContext.FromTuple(decoded));
    }

    /// <summary>The ABI type of a struct, its members' types spelt out.</summary>
    private static string TypeOf(string type)
    {
        string element = type.TrimEnd('[', ']');
        if (!s_structs.TryGetValue(element, out string? body))
            return type;
        IEnumerable<string> members = body.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(member => TypeOf(member.Split(' ')[0]));
        return $"({string.Join(',', members)}){type[element.Length..]}";
    }

    private static Dictionary<string, string> Structs(string source) =>
        StructBody().Matches(source).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["body"].Value);

    private static string Uncommented(string file) =>
        Comment().Replace(File.ReadAllText(Repository.PathOf("contracts", "src", "types", file)), "");

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"enum Operator \{(?<body>[^}]*)\}")]
    private static partial Regex EnumBody();

    [GeneratedRegex(@"struct (?<name>\w+) \{(?<body>[^}]*)\}")]
    private static partial Regex StructBody();
}
