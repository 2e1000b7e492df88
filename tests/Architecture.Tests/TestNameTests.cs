using System.Text.RegularExpressions;

namespace TeeTee.Architecture.Tests;

/// <summary>Every test is named Method_State_Expected, so that a failure reads as a sentence.</summary>
public sealed partial class TestNameTests
{
    [Fact]
    public void Names_EveryTest_HasThreeParts()
    {
        List<string> wrong = [];
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("tests"), "*.cs", SearchOption.AllDirectories))
        {
            foreach (Match test in Declaration().Matches(File.ReadAllText(file)))
            {
                if (test.Groups["name"].Value.Split('_').Length < 3)
                    wrong.Add($"{Path.GetFileName(file)}: {test.Groups["name"].Value}");
            }
        }

        Assert.Empty(wrong);
    }

    [GeneratedRegex(@"\[(?:Shared|Program)?(?:Fact|Theory)\b[^\]]*\](?:\s*\[[^\]]*\])*\s*public\s+(?:async\s+)?(?:Task|void|ValueTask)\s+(?<name>\w+)\(")]
    private static partial Regex Declaration();
}
