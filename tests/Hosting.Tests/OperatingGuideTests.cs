using System.Globalization;
using System.Text.RegularExpressions;
using TeeTee.Hosting.Failures;

namespace TeeTee.Hosting.Tests;

/// <summary>docs/operating.md names what is in the code: no more and no less.</summary>
public sealed partial class OperatingGuideTests
{
    private static readonly string s_guide = File.ReadAllText(Repository.PathOf("docs", "operating.md"));

    [Fact]
    public void ExitCodes_TableOfTheGuide_IsTheEnumeration()
    {
        IEnumerable<(int, string)> documented = ExitCodeRow().Matches(s_guide)
            .Select(row => (int.Parse(row.Groups["code"].Value, CultureInfo.InvariantCulture), row.Groups["name"].Value));

        Assert.Equal(Enum.GetValues<ExitCode>().Select(code => ((int)code, code.ToString())), documented);
    }

    [Fact]
    public void Metrics_TableOfTheGuide_HoldsEveryInstrument()
    {
        SortedSet<string> created = [];
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("src"), "*Metrics.cs", SearchOption.AllDirectories))
            created.UnionWith(Instrument().Matches(File.ReadAllText(file)).Select(match => match.Groups["name"].Value));
        SortedSet<string> documented = [.. MetricRow().Matches(s_guide).SelectMany(row => MetricName().Matches(row.Value)).Select(match => match.Value)];

        Assert.True(created.Count > 20, $"Only {created.Count} instruments were found in the sources.");
        // The exporter's own counter is no instrument.
        Assert.Equal(created.Append("teetee.metrics.dropped_series").Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void FailureNames_NamedByTheGuide_ExistInTheSources()
    {
        string sources = string.Concat(Directory.EnumerateFiles(Repository.PathOf("src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        string names = s_guide[s_guide.IndexOf("Names that an operator meets", StringComparison.Ordinal)..s_guide.IndexOf("The error codes of the HTTP", StringComparison.Ordinal)];

        MatchCollection documented = FailureName().Matches(names);

        Assert.True(documented.Count > 10);
        Assert.All(documented, name => Assert.Contains($"\"{name.Groups["name"].Value}\"", sources, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"^\| (?<code>\d+) \| (?<name>\w+) \|", RegexOptions.Multiline)]
    private static partial Regex ExitCodeRow();

    [GeneratedRegex(@"^\| `teetee\..*$", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"teetee\.[a-z_.]+[a-z]")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"Create\w+(?:<\w+>)?\(\s*""(?<name>teetee\.[a-z_.]+)""")]
    private static partial Regex Instrument();

    [GeneratedRegex(@"`(?<name>[a-z_]+)`")]
    private static partial Regex FailureName();
}
