using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli;

/// <summary>The command line program <c>teetee</c>.</summary>
public static class Program
{
    /// <summary>Runs one command and returns its exit code (docs/operating.md has the table).</summary>
    public static async Task<int> Main(string[] arguments)
    {
        try
        {
            SettingSource source = SettingSource.Load(arguments, Environment.GetEnvironmentVariable);
            RootCommand root = RootCommandBuilder.Build(new CommandFactory(new Settings(source), Console.Out, Console.Error));
            ParseResult parsed = root.Parse(arguments);
            int code = await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) }).ConfigureAwait(false);
            return parsed.Errors.Count > 0 ? (int)ExitCode.Usage : code;
        }
        catch (FailureException failure)
        {
            await Console.Error.WriteLineAsync($"teetee: {failure.Message} [{failure.Code}]").ConfigureAwait(false);
            return (int)failure.ExitCode;
        }
    }
}
