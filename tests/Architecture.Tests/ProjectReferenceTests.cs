using System.Xml.Linq;

namespace TeeTee.Architecture.Tests;

/// <summary>Arrows point down only (docs/architecture.md): each layer may know the layers below it, and what decides money or truth knows no I/O.</summary>
public sealed class ProjectReferenceTests
{
    /// <summary>Every source project with the layer it lives in. A new project has to be placed here.</summary>
    private static readonly Dictionary<string, int> s_layers = new(StringComparer.Ordinal)
    {
        ["Primitives"] = 0,
        ["Numerics"] = 0,
        ["Ethereum"] = 1,
        ["Attestation"] = 1,
        ["Inference"] = 1,
        ["Grpc"] = 1,
        ["Rollup"] = 1,
        ["RollupContracts"] = 2,
        ["ShardProtocol"] = 2,
        ["Hosting"] = 2,
        ["ShardNode"] = 3,
        ["Gateway"] = 3,
        ["Verifier"] = 3,
        ["Sequencer"] = 4,
        ["Cli"] = 5,
    };

    /// <summary>The pure projects and all that each may reference.</summary>
    private static readonly Dictionary<string, string[]> s_pure = new(StringComparer.Ordinal)
    {
        ["Primitives"] = [],
        ["Numerics"] = [],
        ["Rollup"] = ["Numerics", "Primitives"],
        ["Inference"] = ["Numerics", "Primitives"],
    };

    [Fact]
    public void Layers_EveryProject_IsPlaced()
    {
        string[] projects = [.. Directory.GetDirectories(Repository.PathOf("src")).Select(d => Path.GetFileName(d)).Order()];

        Assert.Equal(s_layers.Keys.Order(), projects);
    }

    [Fact]
    public void References_EveryProject_PointDown()
    {
        foreach ((string project, int layer) in s_layers)
        {
            foreach (string reference in ReferencesOf(project))
                Assert.True(s_layers[reference] < layer, $"{project} (layer {layer}) references {reference} (layer {s_layers[reference]})");
        }
    }

    [Fact]
    public void References_PureProjects_NameOnlyTheAllowed()
    {
        foreach ((string project, string[] allowed) in s_pure)
        {
            Assert.Subset(allowed.ToHashSet(), ReferencesOf(project).ToHashSet());
            Assert.DoesNotContain("Microsoft.AspNetCore.App", File.ReadAllText(ProjectFile(project)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void References_PlantedUpwardArrow_IsFound()
    {
        XDocument planted = XDocument.Parse("""<Project><ItemGroup><ProjectReference Include="../Cli/Cli.csproj" /></ItemGroup></Project>""");

        Assert.Equal(["Cli"], References(planted));
    }

    private static IEnumerable<string> ReferencesOf(string project) => References(XDocument.Load(ProjectFile(project)));

    private static IEnumerable<string> References(XDocument project) =>
        project.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));

    private static string ProjectFile(string project) => Repository.PathOf("src", project, project + ".csproj");
}
