using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Diagnostics;
using TeeTee.Inference.Engine;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee doctor</c>: what the engine finds on this machine, and whether it computes the canonical bits here.</summary>
internal sealed class DoctorCommand
{
    private const int Rounds = 7;

    private readonly Option<int> _threads;
    private readonly KernelSettings _kernels;
    private readonly Option<bool> _limits;

    private DoctorCommand(Settings settings)
    {
        _threads = settings.Option("--threads", "Threads that are checked and measured.", Environment.ProcessorCount);
        _kernels = new KernelSettings(settings);
        _limits = settings.Flag("--limits", "Also measure read bandwidth and int8 products: about 3 seconds and 1.25 GiB.");
    }

    public static Command Create(CommandFactory factory)
    {
        DoctorCommand command = new(factory.Settings);
        return factory.Create("doctor", "Show this machine's kernels and check that they compute the canonical bits; exit code 7 if they do not.",
            [command._threads, command._kernels.Symbol, command._limits],
            (parsed, console, cancellationToken) => Task.Run(() => command.Run(parsed, console, cancellationToken), cancellationToken));
    }

    private ExitCode Run(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        int threads = parsed.GetValue(_threads);
        if (threads < 1)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"{_threads.Name} is {threads}, the least is 1.");
        EngineReport engine = EngineReport.Create(_kernels.Read(parsed));
        IReadOnlyList<SelfCheckDifference> differences = EngineSelfCheck.Run(threads);
        MachineLimits? limits = parsed.GetValue(_limits) ? MachineLimits.Measure(threads, Rounds, cancellationToken) : null;
        console.Result(
            new
            {
                system = RuntimeInformation.OSDescription,
                runtime = RuntimeInformation.FrameworkDescription,
                engine,
                selfCheck = new { passed = differences.Count == 0, threads, operators = EngineSelfCheck.Operators, differences },
                limits,
            },
            Text(engine, threads, differences, limits));
        return differences.Count == 0 ? ExitCode.Success : ExitCode.VerificationFailed;
    }

    private static string Text(EngineReport engine, int threads, IReadOnlyList<SelfCheckDifference> differences, MachineLimits? limits)
    {
        StringBuilder text = new();
        text.AppendLine($"{RuntimeInformation.OSDescription}, {engine.Architecture}, {engine.Processors} threads, {RuntimeInformation.FrameworkDescription}");
        text.AppendLine($"instructions: {string.Join(' ', engine.Features.Select(feature => feature.Value ? feature.Key : $"no-{feature.Key}"))}");
        text.AppendLine($"huge pages: {engine.HugePages}");
        text.AppendLine($"kernels: {engine.Chosen}");
        foreach (KernelReport kernel in engine.MatrixKernels)
            text.AppendLine($"  matrix  {Line(kernel)}");
        foreach (KernelReport kernel in engine.VectorKernels)
            text.AppendLine($"  vectors {Line(kernel)}");
        text.Append(differences.Count == 0
            ? $"self-check: every operator of every kernel gives the golden bits on {threads} threads"
            : $"self-check FAILED, this machine must not serve:");
        foreach (SelfCheckDifference difference in differences)
            text.Append($"\n  thread {difference.Thread}, {difference.Kernels}, {difference.Operator}: {difference.Actual:X16}, not {difference.Expected:X16}");
        if (limits is not null)
            text.Append(Limits(limits));
        return text.ToString();
    }

    private static string Line(KernelReport kernel) => kernel.Runs ? kernel.Name : $"{kernel.Name}: no, {kernel.Missing}";

    private static string Limits(MachineLimits limits)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"\nread bandwidth, {limits.Threads} threads: {limits.ReadGBps.Value:F1} GB/s [{limits.ReadGBps.Least:F1}..{limits.ReadGBps.Most:F1}] ({limits.ReadGBps.How})");
        foreach (MeasuredLimit peak in new[] { limits.Int8Gops, limits.WideInt8Gops }.OfType<MeasuredLimit>())
            text.Append(CultureInfo.InvariantCulture, $"\nint8 products, {limits.Threads} threads: {peak.Value:F0} GOPS [{peak.Least:F0}..{peak.Most:F0}] ({peak.How})");
        return text.ToString();
    }
}
