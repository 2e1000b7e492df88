using TeeTee.Cli.CommandLine;

namespace TeeTee.Cli;

/// <summary>The command line program <c>teetee</c>.</summary>
public static class Program
{
    /// <summary>Runs one command and returns its exit code (docs/operating.md has the table).</summary>
    public static async Task<int> Main(string[] arguments) =>
        (int)await CommandInvocation.RunAsync(arguments, Environment.GetEnvironmentVariable, Console.Out, Console.Error, CancellationToken.None).ConfigureAwait(false);
}
