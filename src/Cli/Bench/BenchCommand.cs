using System.CommandLine;
using TeeTee.Cli.CommandLine;

namespace TeeTee.Cli.Bench;

/// <summary><c>teetee bench</c>: measurements and trials of whole networks.</summary>
internal static class BenchCommand
{
    public static Command Create(CommandFactory factory) => new("bench", "Try and measure whole networks.") { CrashBenchCommand.Create(factory) };
}
