using System.CommandLine;
using System.Diagnostics;
using TeeTee.Attestation.Collateral;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Attestation.Verification;
using TeeTee.Cli.Bench.Fuzzing;
using TeeTee.Cli.CommandLine;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Bench;

/// <summary><c>teetee bench attestation</c>: what one verification costs on one core, and what hostile input can make the readers cost.</summary>
internal sealed class AttestationBenchCommand
{
    private const int Runs = 7;
    private const int Tries = 15;

    private readonly Option<int> _verifications;

    private AttestationBenchCommand(Settings settings) =>
        _verifications = settings.Option("--verifications", "Verifications of each of several runs; the median run counts.", 300);

    public static Command Create(CommandFactory factory)
    {
        AttestationBenchCommand command = new(factory.Settings);
        return factory.Create("attestation", "Measure quote verification and the readers' worst case on 64 kB of hostile input.", [command._verifications], command.RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        int verifications = parsed.GetValue(_verifications);
        if (verifications is < 1 or > 1_000_000)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--verifications is {verifications}; it is 1 to 1000000.");
        TimeProvider clock = TimeProvider.System;
        using var pki = SimulatedPki.Create(clock);
        using SimulatedQuoteSource source = new(pki, SimulatedMeasurements.Of("bench", "bench"));
        byte[] quote = await source.GetQuoteAsync(new byte[64], cancellationToken).ConfigureAwait(false);
        byte[] container = pki.Collateral(clock.GetUtcNow()).Write();
        QuoteVerificationInput input = Input(pki, clock.GetUtcNow(), Parse(container));
        Verify(quote, input);
        (double held, double processor) = MedianOf(verifications, () => Verify(quote, input));
        (double fresh, _) = MedianOf(Math.Max(1, verifications / 10), () => Verify(quote, Input(pki, input.Now, Parse(container))));
        (string Name, string Reader, double Milliseconds)[] hostile = [.. MeasureHostile()];
        (string Name, string Reader, double Milliseconds) worst = hostile.MaxBy(row => row.Milliseconds);
        console.Result(
            new
            {
                millisecondsPerVerification = Math.Round(held, 4),
                processorMillisecondsPerVerification = Math.Round(processor, 4),
                millisecondsWithUnparsedCollateral = Math.Round(fresh, 4),
                runs = Runs,
                verificationsPerRun = verifications,
                worstHostileMilliseconds = worst.Milliseconds,
                worstHostileInput = $"{worst.Name} ({worst.Reader})",
                hostile = hostile.Select(row => new { name = row.Name, reader = row.Reader, milliseconds = row.Milliseconds }),
            },
            $"""
            {held:F3} ms per verification ({processor:F3} ms of processor time; collateral parsed once; median of {Runs} runs of {verifications}), {fresh:F3} ms with collateral parsed each time
            worst of {hostile.Length} hostile readings of 64 kB: {worst.Milliseconds:F3} ms ({worst.Name}, {worst.Reader})
            """);
        return ExitCode.Success;
    }

    private static IEnumerable<(string Name, string Reader, double Milliseconds)> MeasureHostile()
    {
        foreach ((string name, string group, byte[] bytes) in HostileInputs.Create())
        {
            foreach (FuzzTarget target in FuzzTargets.Of(group))
                yield return (name, target.Name, Math.Round(LeastOf(() => target.Read(bytes)), 4));
        }
    }

    private static void Verify(byte[] quote, QuoteVerificationInput input)
    {
        if (QuoteVerifier.Verify(quote, input).Error is { } error)
            throw new InvalidOperationException($"The quote of the measurement was refused: {error}.");
    }

    private static QuoteVerificationInput Input(SimulatedPki pki, DateTimeOffset now, QuoteCollateral collateral) => new()
    {
        Now = now,
        Root = pki.Root,
        Collateral = collateral,
        Policy = new QuotePolicy { AllowSimulated = true },
    };

    private static QuoteCollateral Parse(byte[] container) => QuoteCollateral.TryParse(container, out QuoteCollateral? collateral, out string cause)
        ? collateral
        : throw new InvalidOperationException($"The collateral of the measurement was refused: {cause}.");

    /// <summary>Milliseconds on the clock, and of processor time (the difference is other processes' on a busy machine).</summary>
    private static (double Clock, double Processor) MedianOf(int count, Action action)
    {
        double[] runs = new double[Runs];
        double[] used = new double[Runs];
        for (int run = 0; run < Runs; run++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            long started = Stopwatch.GetTimestamp();
            for (int i = 0; i < count; i++)
                action();
            runs[run] = Stopwatch.GetElapsedTime(started).TotalMilliseconds / count;
            used[run] = (Environment.CpuUsage.TotalTime - before).TotalMilliseconds / count;
        }
        Array.Sort(runs);
        Array.Sort(used);
        return (runs[Runs / 2], used[Runs / 2]);
    }

    private static double LeastOf(Func<bool> action)
    {
        double least = double.MaxValue;
        for (int i = 0; i < Tries; i++)
        {
            long started = Stopwatch.GetTimestamp();
            action();
            least = Math.Min(least, Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        return least;
    }
}
