using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Devnet;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Bench.Honest;

/// <summary><c>teetee bench honest</c>: honest runs under an active challenger whose chain endpoint misbehaves; nobody may be accused or lose a wei.</summary>
internal sealed class HonestBenchCommand
{
    private readonly Option<int> _runs;
    private readonly Option<int> _seed;
    private readonly Option<string?> _state;
    private readonly Option<string?> _model;

    private HonestBenchCommand(Settings settings)
    {
        _runs = settings.Option("--runs", "Honest runs.", 200);
        _seed = settings.Option("--seed", "Draws jobs, shapes and faults of the endpoint; the same seed gives the same plans.", 1);
        _state = settings.Optional<string>("--state", "Folder of the progress file, from which an interrupted bench goes on; a new temporary one if absent.");
        _model = settings.Optional<string>("--model", "GGUF file to serve; the bundled demo model if absent.");
    }

    public static Command Create(CommandFactory factory)
    {
        HonestBenchCommand command = new(factory.Settings);
        return factory.Create("honest", "Run honest networks under an active challenger and flapping endpoints, and check that nobody loses a wei.",
            [command._runs, command._seed, command._state, command._model], command.RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        int runs = parsed.GetValue(_runs);
        if (runs < 1)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--runs is {runs}; it is at least 1.");
        int seed = parsed.GetValue(_seed);
        string folder = Path.GetFullPath(parsed.GetValue(_state) ?? Directory.CreateTempSubdirectory("teetee-honest-").FullName);
        HonestProgress progress = HonestProgress.Open(folder, seed);
        console.Progress($"progress is kept in {progress.Path}");
        console.Stream(HonestRow.Header + Environment.NewLine);
        foreach (HonestRow row in progress.Rows.Where(r => r.Run <= runs))
            console.Stream(row + Environment.NewLine);
        string model = parsed.GetValue(_model) ?? DemoModel.Find();
        foreach (IGrouping<int, int> network in Enumerable.Range(1, runs).Where(run => !progress.IsDone(run)).GroupBy(HonestPlan.NetworkOf))
            await RunNetworkAsync(network, seed, folder, model, progress, console, cancellationToken).ConfigureAwait(false);
        return Report([.. progress.Rows.Where(r => r.Run <= runs)], seed, console);
    }

    private static async Task RunNetworkAsync(
        IGrouping<int, int> runs, int seed, string folder, string model, HonestProgress progress, CommandConsole console, CancellationToken cancellationToken)
    {
        string state = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"network-{runs.Key}"));
        if (Directory.Exists(state))
            Directory.Delete(state, recursive: true);
        await using (HonestNetwork network = await HonestNetwork.StartAsync(
            state, model, HonestPlan.ShardsOf(runs.Key), seed, console.Progress, cancellationToken).ConfigureAwait(false))
        {
            foreach (int run in runs)
            {
                HonestRow row = await network.RunAsync(HonestPlan.Draw(seed, run), cancellationToken).ConfigureAwait(false);
                progress.Add(row);
                console.Stream(row + Environment.NewLine);
            }
        }
        Directory.Delete(state, recursive: true);
    }

    private static ExitCode Report(IReadOnlyList<HonestRow> rows, int seed, CommandConsole console)
    {
        int failed = rows.Count(row => !row.Ok);
        object result = new
        {
            runs = rows.Count,
            seed,
            jobs = rows.Sum(r => r.Jobs),
            tokens = rows.Sum(r => r.Tokens),
            lies = rows.Sum(r => r.Lies),
            disputes = rows.Sum(r => r.Disputes),
            lostWei = rows.Aggregate(UInt128.Zero, (sum, r) => sum + UInt128.Parse(r.LostWei, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture),
            seconds = Math.Round(rows.Sum(r => r.Seconds), 1),
            failed,
            rows,
        };
        console.Result(result, $"{rows.Count - failed} of {rows.Count} runs: nobody was accused and nobody lost a wei, while endpoints lied {rows.Sum(r => r.Lies)} times.");
        return failed == 0 ? ExitCode.Success : ExitCode.VerificationFailed;
    }
}
