using System.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.CommandLine;

/// <summary>Makes commands that all behave alike: <c>--json</c>, one place for failures and exit codes, Ctrl+C.</summary>
internal sealed class CommandFactory(Settings settings, TextWriter output, TextWriter progress)
{
    /// <summary>The settings that options come from.</summary>
    public Settings Settings { get; } = settings;

    /// <summary>A command with its options and its work.</summary>
    /// <param name="name">As typed.</param>
    /// <param name="description">One sentence for <c>--help</c>.</param>
    /// <param name="symbols">Options and arguments, in the order of the help text.</param>
    /// <param name="work">Runs the command; throws <see cref="FailureException"/> for expected failures.</param>
    public Command Create(string name, string description, IReadOnlyList<Symbol> symbols, Func<ParseResult, CommandConsole, CancellationToken, Task<ExitCode>> work)
    {
        Option<bool> json = Settings.Flag("--json", "Print the result as one JSON object on standard output.");
        Command command = new(name, description);
        foreach (Symbol symbol in symbols)
            Add(command, symbol);
        command.Options.Add(json);
        command.SetAction(async (parsed, cancellationToken) =>
            (int)await RunAsync(parsed, new CommandConsole(output, progress, parsed.GetValue(json)), work, cancellationToken).ConfigureAwait(false));
        return command;
    }

    private static void Add(Command command, Symbol symbol)
    {
        switch (symbol)
        {
            case Option option:
                command.Options.Add(option);
                break;
            case Argument argument:
                command.Arguments.Add(argument);
                break;
            case Command subcommand:
                command.Subcommands.Add(subcommand);
                break;
            default:
                throw new ArgumentException($"{symbol.Name} is neither an option, an argument nor a command.", nameof(symbol));
        }
    }

    private static async Task<ExitCode> RunAsync(
        ParseResult parsed, CommandConsole console, Func<ParseResult, CommandConsole, CancellationToken, Task<ExitCode>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await work(parsed, console, cancellationToken).ConfigureAwait(false);
        }
        catch (FailureException failure)
        {
            console.Failure(failure.Code, failure.Message);
            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            console.Failure("interrupted", "Stopped.");
            return ExitCode.Interrupted;
        }
        catch (Exception fault)
        {
            console.Failure("unexpected", $"{fault.GetType().Name}: {fault.Message}");
            console.Progress(fault.ToString());
            return ExitCode.Unexpected;
        }
    }
}
