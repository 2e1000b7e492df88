using System.CommandLine;
using TeeTee.Cli.Bench.Binary32;
using TeeTee.Cli.Bench.Fuzzing;
using TeeTee.Cli.Bench.Honest;
using TeeTee.Cli.Bench.Inference;
using TeeTee.Cli.CommandLine;

namespace TeeTee.Cli.Bench;

/// <summary><c>teetee bench</c>: measurements and trials.</summary>
internal static class BenchCommand
{
    public static Command Create(CommandFactory factory) => new("bench", "Try and measure.")
    {
        InferenceBenchCommand.Create(factory),
        CrashBenchCommand.Create(factory),
        HonestBenchCommand.Create(factory),
        AttestationBenchCommand.Create(factory),
        FuzzAttestationCommand.Create(factory),
        FuzzBinary32Command.Create(factory),
    };
}
