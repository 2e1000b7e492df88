using System.Text.RegularExpressions;

namespace TeeTee.Architecture.Tests;

/// <summary>What decides money or truth has no clock, no randomness and no I/O of its own.</summary>
public sealed partial class PurityTests
{
    [Theory]
    [InlineData("Primitives")]
    [InlineData("Numerics")]
    [InlineData("Rollup")]
    public void Sources_PureProject_UseNoClockRandomnessOrIo(string project)
    {
        foreach (string file in Directory.EnumerateFiles(Repository.PathOf("src", project), "*.cs", SearchOption.AllDirectories))
        {
            if (file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                continue;
            Match impure = Impure().Match(File.ReadAllText(file));
            Assert.False(impure.Success, $"{file} uses {impure.Value}");
        }
    }

    [Theory]
    [InlineData("DateTime.UtcNow")]
    [InlineData("DateTimeOffset.Now")]
    [InlineData("Random.Shared")]
    [InlineData("RandomNumberGenerator.Fill(")]
    [InlineData("File.ReadAllBytes(")]
    [InlineData("new HttpClient(")]
    public void Impure_PlantedUse_IsFound(string planted) => Assert.Matches(Impure(), planted);

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?Now\b|\bRandom\.Shared\b|\bnew Random\(|\bRandomNumberGenerator\.|\b(File|Directory)\.\w+\(|\bHttpClient\b|\bThread\.Sleep\b|\bStopwatch\b|\bGuid\.NewGuid\b")]
    private static partial Regex Impure();
}
