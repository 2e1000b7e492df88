using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Bench.Fuzzing;

/// <summary><c>teetee bench fuzz-attestation</c>: hostile bytes for every reader of attestation; none may throw, hang or take memory without bound.</summary>
internal sealed class FuzzAttestationCommand
{
    private readonly Option<string> _target;
    private readonly Option<ulong> _inputs;
    private readonly Option<ulong> _seed;
    private readonly Option<ulong> _first;

    private FuzzAttestationCommand(Settings settings)
    {
        _target = settings.Option("--target", $"Which readers: {string.Join(", ", FuzzTargets.Groups)} or all.", "all");
        _inputs = settings.Option("--inputs", "How many inputs.", 100_000ul);
        _seed = settings.Option("--seed", "Draws the inputs; the same seed and number give the same input.", 1ul);
        _first = settings.Option("--first", "Number of the first input: a run that was cut goes on there.", 0ul);
    }

    public static Command Create(CommandFactory factory)
    {
        FuzzAttestationCommand command = new(factory.Settings);
        return factory.Create("fuzz-attestation", "Feed hostile bytes to the readers of quotes, certificates, revocation lists and signed JSON. Exit code 7: one threw or took too much memory.",
            [command._target, command._inputs, command._seed, command._first], command.RunAsync);
    }

    private Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        string group = parsed.GetValue(_target)!;
        if (group != "all" && !FuzzTargets.Groups.Contains(group))
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--target is '{group}'; it is {string.Join(", ", FuzzTargets.Groups)} or all.");
        ulong first = parsed.GetValue(_first);
        ulong inputs = parsed.GetValue(_inputs);
        if (first + inputs < first)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--first {first} and --inputs {inputs} pass the greatest number.");
        FuzzReport report = new FuzzRun(group, FuzzTargets.Of(group), parsed.GetValue(_seed)).Run(first, inputs, cancellationToken);
        if (report.Inputs < inputs)
            console.Progress($"stopped; go on with --first {first + report.Inputs}");
        console.Result(
            new
            {
                target = report.Target,
                seed = report.Seed,
                first = report.First,
                inputs = report.Inputs,
                accepted = report.Accepted,
                crashes = report.CrashCount,
                crashed = report.Crashes,
                slowest = report.Slowest,
                mostAllocated = report.MostAllocated,
                aboveAllocationBound = report.AboveBound,
                greedy = report.Greedy,
                allocationBound = $"{FuzzRun.AllocationBase} + {FuzzRun.AllocationPerByte} per byte",
                seconds = report.Seconds,
            },
            $"""
            {report.Inputs:N0} inputs in {report.Seconds} s: {report.CrashCount} crashes, {report.Accepted:N0} accepted
            slowest        {report.Slowest.Value} ms ({report.Slowest.Reader}, input {report.Slowest.Index}, {report.Slowest.Size:N0} bytes)
            most allocated {report.MostAllocated.Value:N0} bytes ({report.MostAllocated.Reader}, input {report.MostAllocated.Index}, {report.MostAllocated.Size:N0} bytes); {report.AboveBound} inputs above {FuzzRun.AllocationBase} + {FuzzRun.AllocationPerByte} per byte
            {string.Join(Environment.NewLine, report.Crashes)}
            """);
        return Task.FromResult(report.Clean ? ExitCode.Success : ExitCode.VerificationFailed);
    }
}
