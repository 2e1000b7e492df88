using System.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.CommandLine;

/// <summary>Runs one command line, whatever is wrong with it, so that standard output holds a result and nothing else.</summary>
internal static class CommandInvocation
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <summary>Parses and runs.</summary>
    /// <param name="arguments">As typed.</param>
    /// <param name="environment">Environment variables by name.</param>
    /// <param name="output">For the result, or under <c>--json</c> the error object.</param>
    /// <param name="progress">For people.</param>
    /// <param name="cancellationToken">Ends the command as Ctrl+C does.</param>
    public static async Task<ExitCode> RunAsync(
        string[] arguments, Func<string, string?> environment, TextWriter output, TextWriter progress, CancellationToken cancellationToken)
    {
        CommandConsole console = new(output, progress, arguments.Contains("--json"));
        try
        {
            SettingSource source = SettingSource.Load(arguments, environment);
            ParseResult parsed = RootCommandBuilder.Build(new CommandFactory(new Settings(source), output, progress)).Parse(arguments);
            if (parsed.Errors.Count > 0)
                return await RefuseAsync(parsed, console, progress, cancellationToken).ConfigureAwait(false);
            InvocationConfiguration configuration = new() { Output = output, Error = progress, ProcessTerminationTimeout = s_patience };
            return (ExitCode)await parsed.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        }
        catch (FailureException failure)
        {
            console.Failure(failure.Code, failure.Message);
            return failure.ExitCode;
        }
    }

    // The library would print its help on standard output.
    private static async Task<ExitCode> RefuseAsync(ParseResult parsed, CommandConsole console, TextWriter progress, CancellationToken cancellationToken)
    {
        if (!console.Json)
            await parsed.InvokeAsync(new InvocationConfiguration { Output = progress, Error = progress }, cancellationToken).ConfigureAwait(false);
        console.Failure("usage", string.Join(' ', parsed.Errors.Select(error => error.Message)));
        return ExitCode.Usage;
    }
}
