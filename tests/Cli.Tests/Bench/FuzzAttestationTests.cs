using TeeTee.Cli.Bench.Fuzzing;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests.Bench;

public sealed class FuzzAttestationTests
{
    [Theory]
    [InlineData("quote")]
    [InlineData("der")]
    [InlineData("json")]
    [InlineData("eventlog")]
    public void Run_ManyInputs_FindsNoCrashAndNoGreed(string group)
    {
        FuzzReport report = new FuzzRun(group, FuzzTargets.Of(group), seed: 20261121).Run(0, 35_000, CancellationToken.None);

        Assert.Empty(report.Crashes);
        Assert.Empty(report.Greedy);
        Assert.True(report.Clean);
        Assert.Equal(35_000ul, report.Inputs);
        // Inputs must reach behind the first check, and most must not be good ones.
        Assert.InRange(report.Accepted, 350ul, 20_000ul);
    }

    [Fact]
    public void Run_PlantedThrower_IsFoundByItsNumber()
    {
        FuzzTarget planted = new("x", "thrower", [[1, 2, 3]], [[4]], bytes => bytes.Length == 3 ? throw new InvalidOperationException("planted") : false);

        FuzzReport report = new FuzzRun("x", [planted], seed: 7).Run(100, 2_000, CancellationToken.None);

        Assert.False(report.Clean);
        Assert.InRange(report.CrashCount, 1ul, 1_999ul);
        Assert.Contains("planted", report.Crashes[0].Exception, StringComparison.Ordinal);
        FuzzReport again = new FuzzRun("x", [planted], seed: 7).Run(report.Crashes[0].Index, 1, CancellationToken.None);
        Assert.Equal(1ul, again.CrashCount);
    }

    [Fact]
    public void Run_PlantedGreed_IsFound()
    {
        FuzzTarget planted = new("x", "hog", [[1, 2, 3]], [[4]], bytes => new byte[bytes.Length == 3 ? 1 << 21 : 1].Length > 1);

        FuzzReport report = new FuzzRun("x", [planted], seed: 7).Run(0, 1_000, CancellationToken.None);

        Assert.False(report.Clean);
        Assert.NotEmpty(report.Greedy);
        Assert.InRange(report.MostAllocated.Value, 1 << 21, 1 << 22);
    }

    [Fact]
    public void Make_SameSeedAndNumber_GivesTheSameInput()
    {
        FuzzTarget target = FuzzTargets.Of("json")[0];
        FuzzInput one = new();
        FuzzInput other = new();
        HashSet<string> distinct = [];
        for (ulong index = 0; index < 500; index++)
        {
            byte[] made = one.Make(target, 3, index).ToArray();
            Assert.InRange(made.Length, 0, FuzzInput.MaxSize);
            Assert.Equal(made, other.Make(target, 3, index).ToArray());
            distinct.Add(Convert.ToHexString(made));
        }
        Assert.InRange(distinct.Count, 480, 500);
        Assert.NotEqual(one.Make(target, 4, 2).ToArray(), other.Make(target, 3, 2).ToArray());
    }

    [Fact]
    public void HostileInputs_EveryReader_ReturnsAndTakesBoundedMemory()
    {
        IReadOnlyList<(string Name, string Group, byte[] Bytes)> inputs = HostileInputs.Create();
        Assert.Equal(FuzzTargets.Groups.Order(), inputs.Select(input => input.Group).Distinct().Order());
        foreach ((string name, string group, byte[] bytes) in inputs)
        {
            Assert.InRange(bytes.Length, 55_000, 65_600);
            foreach (FuzzTarget target in FuzzTargets.Of(group))
            {
                target.Read(bytes);
                long before = GC.GetAllocatedBytesForCurrentThread();
                target.Read(bytes);
                long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(allocated <= FuzzRun.BoundOf(bytes.Length), $"{name} ({target.Name}): {allocated} bytes");
            }
        }
    }

    [Fact]
    public async Task FuzzAttestation_TwoHalves_FindWhatOneRunFinds()
    {
        CommandRun whole = await FuzzAsync("--inputs", "600");
        CommandRun first = await FuzzAsync("--inputs", "300");
        CommandRun second = await FuzzAsync("--inputs", "300", "--first", "300");

        Assert.All(new[] { whole, first, second }, run => Assert.Equal(ExitCode.Success, run.ExitCode));
        Assert.Equal(Accepted(whole), Accepted(first) + Accepted(second));
        Assert.InRange(Accepted(whole), 1, 599);

        static int Accepted(CommandRun run) => run.Json.GetProperty("accepted").GetInt32();
    }

    [Fact]
    public async Task FuzzAttestation_UnknownTarget_IsRefused() =>
        (await CommandRun.RunAsync("bench", "fuzz-attestation", "--target", "tea", "--json")).ShouldFail(ExitCode.Usage, "bad_setting");

    [Fact]
    public async Task Attestation_FewVerifications_ReportsEveryFigure()
    {
        CommandRun run = await CommandRun.RunAsync("bench", "attestation", "--verifications", "2", "--json");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        foreach (string name in new[] { "millisecondsPerVerification", "processorMillisecondsPerVerification", "millisecondsWithUnparsedCollateral", "worstHostileMilliseconds" })
            Assert.True(run.Json.GetProperty(name).GetDouble() > 0, name);
        Assert.Equal(27, run.Json.GetProperty("hostile").EnumerateArray().Select(row => row.GetProperty("name").GetString()).Distinct().Count());
    }

    private static Task<CommandRun> FuzzAsync(params string[] options) =>
        CommandRun.RunAsync(["bench", "fuzz-attestation", "--seed", "5", .. options, "--json"]);
}
