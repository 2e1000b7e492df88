using System.CommandLine;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Bench.Binary32;

/// <summary><c>teetee bench fuzz-binary32</c>: the contracts' arithmetic against this machine's, on cases that both draw alike.</summary>
internal sealed class FuzzBinary32Command
{
    private static readonly FuzzOperation[] s_all = [.. Enum.GetValues<FuzzOperation>().Where(o => o != FuzzOperation.Planted)];

    private readonly Option<string> _operation;
    private readonly Option<ulong> _cases;
    private readonly Option<ulong> _seed;
    private readonly Option<string?> _state;
    private readonly Option<int> _chains;

    private FuzzBinary32Command(Settings settings)
    {
        _operation = settings.Option("--operation", $"Names with commas between them, or all: {string.Join(", ", Enum.GetNames<FuzzOperation>()).ToLowerInvariant()}. 'planted' is wrong on purpose and not in 'all'.", "all");
        _cases = settings.Option("--cases", "Cases of each operation.", 100_000ul);
        _seed = settings.Option("--seed", "Draws the cases; the same seed and number give the same case.", 1ul);
        _state = settings.Optional<string>("--state", "File that keeps the progress: a run that was cut goes on there, unless the contract's code has changed.");
        _chains = settings.Option("--chains", "How many anvils work at the same time.", 1);
    }

    public static Command Create(CommandFactory factory)
    {
        FuzzBinary32Command command = new(factory.Settings);
        return factory.Create("fuzz-binary32", "Compare binary32 arithmetic on chain with this machine's, case by case. Exit code 7: a case differs.",
            [command._operation, command._cases, command._seed, command._state, command._chains], command.RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        FuzzOperation[] operations = Parse(parsed.GetValue(_operation)!);
        string? path = parsed.GetValue(_state);
        FuzzState state = FuzzState.LoadOrBegin(path, FuzzChain.CodeHash, parsed.GetValue(_seed));
        List<FuzzDifference> differences = [];
        List<FuzzChain> chains = [];
        try
        {
            for (int i = 0; i < Math.Clamp(parsed.GetValue(_chains), 1, 64); i++)
                chains.Add(await FuzzChain.StartAsync(console.Progress, cancellationToken).ConfigureAwait(false));
            FuzzRun run = new(chains, state, () => state.Save(path), console.Progress);
            foreach (FuzzOperation operation in operations)
            {
                if (await run.RunAsync(operation, parsed.GetValue(_cases), cancellationToken).ConfigureAwait(false) is { } difference)
                    differences.Add(difference);
                console.Progress(differences.LastOrDefault()?.Operation == operation ? differences[^1].ToString() : Line(operation, state.Of(operation)));
            }
        }
        finally
        {
            foreach (FuzzChain chain in chains)
                await chain.DisposeAsync().ConfigureAwait(false);
        }
        var rows = operations.Select(o => new { operation = Name(o), equal = state.Of(o).Equal, seconds = Math.Round(state.Of(o).Seconds, 1), difference = state.Of(o).Difference });
        console.Result(new { seed = state.Seed, codeHash = state.CodeHash, operations = rows, differences = differences.Count },
            string.Join(Environment.NewLine, operations.Select(o => state.Of(o).Difference ?? Line(o, state.Of(o)))));
        return differences.Count == 0 ? ExitCode.Success : ExitCode.VerificationFailed;
    }

    private static FuzzOperation[] Parse(string names)
    {
        if (names == "all")
            return s_all;
        return [.. names.Split(',', StringSplitOptions.TrimEntries).Select(name =>
            Enum.TryParse(name, ignoreCase: true, out FuzzOperation operation) && Enum.IsDefined(operation)
                ? operation
                : throw new FailureException(ExitCode.Usage, "bad_setting", $"--operation names '{name}'; known are {string.Join(", ", Enum.GetNames<FuzzOperation>()).ToLowerInvariant()} and all."))];
    }

    private static string Name(FuzzOperation operation) => operation.ToString().ToLowerInvariant();

    private static string Line(FuzzOperation operation, FuzzProgress at) =>
        string.Create(CultureInfo.InvariantCulture, $"{Name(operation),-10} {at.Equal,15:N0} cases equal in {at.Seconds:N1} s ({at.Equal / Math.Max(at.Seconds, 0.001):N0}/s)");
}
