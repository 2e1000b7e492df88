using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Devnet;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Gateway.Sessions;
using TeeTee.Hosting.Failures;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Bench;

/// <summary><c>teetee bench crash</c>: SIGKILL at random points of whole runs; no accepted query may be lost, charged twice or posted twice.</summary>
internal sealed class CrashBenchCommand
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly Option<string> _target;
    private readonly Option<int> _runs;
    private readonly Option<int> _seed;
    private readonly Option<int> _shards;
    private readonly Option<string?> _model;

    private CrashBenchCommand(Settings settings)
    {
        _target = settings.Required<string>("--target", "What is killed: sequencer or shards.");
        _runs = settings.Option("--runs", "Networks to start.", 20);
        _seed = settings.Option("--seed", "Draws the points of the kills; the same seed gives the same plans.", 1);
        _shards = settings.Option("--shards", "Shards of each network.", 2);
        _model = settings.Optional<string>("--model", "GGUF file to serve; the bundled demo model if absent.");
    }

    public static Command Create(CommandFactory factory)
    {
        CrashBenchCommand command = new(factory.Settings);
        return factory.Create("crash", "Kill services at random points and check that nothing is lost, charged twice or posted twice.",
            [command._target, command._runs, command._seed, command._shards, command._model], command.RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        if (!Enum.TryParse(parsed.GetValue(_target), ignoreCase: true, out CrashTarget target) || !Enum.IsDefined(target))
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--target is '{parsed.GetValue(_target)}'; it is sequencer or shards.");
        string model = parsed.GetValue(_model) ?? DemoModel.Find();
        IReadOnlyList<CrashQuestion> questions = CrashQuestion.Create(model, cancellationToken);
        console.Stream(CrashRow.Header + Environment.NewLine);
        List<CrashRow> rows = [];
        for (int run = 1; run <= parsed.GetValue(_runs); run++)
        {
            CrashPlan plan = CrashPlan.Draw(parsed.GetValue(_seed), run, target, parsed.GetValue(_shards));
            CrashRow row = await RunOnceAsync(run, target, plan, Options(parsed, model), questions, console, cancellationToken).ConfigureAwait(false);
            rows.Add(row);
            console.Stream(row + Environment.NewLine);
        }
        int failed = rows.Count(row => !row.Ok);
        console.Result(new { target, seed = parsed.GetValue(_seed), runs = rows, failed }, $"{rows.Count - failed} of {rows.Count} runs lost nothing.");
        return failed == 0 ? ExitCode.Success : ExitCode.VerificationFailed;
    }

    private DevnetOptions Options(ParseResult parsed, string model) => new()
    {
        StateFolder = Directory.CreateTempSubdirectory("teetee-crash-").FullName,
        ModelPath = model,
        Shards = parsed.GetValue(_shards),
        WindowSeconds = 3,
        BatchSeconds = 1,
        EpochSeconds = 1,
        Port = 0,
    };

    private static async Task<CrashRow> RunOnceAsync(
        int run, CrashTarget target, CrashPlan plan, DevnetOptions options, IReadOnlyList<CrashQuestion> questions, CommandConsole console, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_patience);
        void Report(string line) => console.Progress(string.Create(CultureInfo.InvariantCulture, $"[run {run}] {line}"));
        Devnet.Devnet network;
        try
        {
            network = await Devnet.Devnet.StartAsync(options, Report, cancellationToken).ConfigureAwait(false);
        }
        catch (FailureException failure)
        {
            double seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 1);
            return CrashRow.NotStarted(run, target, plan, questions.Count, seconds, $"{failure.Message} (state: {options.StateFolder})");
        }
        CrashRow row;
        await using (network.ConfigureAwait(false))
        {
            using CrashRun crash = new(network, plan, questions);
            string? fault = await FaultOfAsync(crash, cancellationToken, deadline.Token).ConfigureAwait(false);
            row = Row(run, target, plan, questions.Count, crash, Stopwatch.GetElapsedTime(started), fault is null ? null : $"{fault} (state: {options.StateFolder})");
        }
        if (row.Ok)
            Directory.Delete(options.StateFolder, recursive: true);
        return row;
    }

    private static async Task<string?> FaultOfAsync(CrashRun crash, CancellationToken cancellationToken, CancellationToken deadline)
    {
        try
        {
            IReadOnlyList<string> faults = await crash.RunAsync(deadline).ConfigureAwait(false);
            return faults.Count == 0 ? null : string.Join("; ", faults);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"not settled after {s_patience.TotalSeconds} s";
        }
        catch (Exception fault) when (fault is JobApiException or AnswerFaultException or FailureException or InvalidDataException or HttpRequestException or RpcTransportException)
        {
            return fault.Message;
        }
    }

    private static CrashRow Row(int run, CrashTarget target, CrashPlan plan, int queries, CrashRun crash, TimeSpan elapsed, string? fault)
    {
        IReadOnlyList<BatchPosted> posted = crash.Posted;
        return new CrashRow(
            run, target, string.Join('+', plan.Victims), plan.Point, crash.KilledAtMs, crash.Stage, crash.Restarts, queries, crash.Answers.Count,
            crash.Answers.Aggregate(UInt128.Zero, (sum, answer) => sum + answer.Fee).ToString(CultureInfo.InvariantCulture),
            posted.Count, posted.GroupBy(batch => batch.Index).Select(index => index.Count()).DefaultIfEmpty(0).Max(),
            Math.Round(elapsed.TotalSeconds, 1), fault is null, fault);
    }
}
