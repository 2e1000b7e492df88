using System.CommandLine;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Commands;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Diagnostics;
using TeeTee.Inference.Models;

namespace TeeTee.Cli.Bench.Inference;

/// <summary><c>teetee bench inference</c>: speed of the engine, each figure beside what the machine could do in the same minutes.</summary>
internal sealed class InferenceBenchCommand
{
    private readonly Option<string> _model;
    private readonly Option<int> _prompt;
    private readonly Option<int> _generate;
    private readonly Option<int> _threads;
    private readonly Option<int> _shards;
    private readonly Option<int> _sessions;
    private readonly Option<string> _trace;
    private readonly Option<bool> _sampled;
    private readonly Option<int> _busy;
    private readonly KernelSettings _kernels;
    private readonly ModelCacheSettings _cache;
    private readonly Option<int> _rounds;
    private readonly Option<string?> _against;

    private InferenceBenchCommand(Settings settings)
    {
        _model = settings.Required<string>("--model", "GGUF file; `teetee model synth` makes one of any shape.");
        _prompt = settings.Option("--prompt", "Prompt tokens of each session.", 128);
        _generate = settings.Option("--generate", "Tokens that each session generates after its first.", 64);
        _threads = settings.Option("--threads", "Threads of each shard.", Environment.ProcessorCount);
        _shards = settings.Option("--shards", "1: this process; more: shards over gRPC on loopback.", 1);
        _sessions = settings.Option("--sessions", "Sessions at a time.", 1);
        _trace = settings.Option("--trace", "Commit positions: on or off.", "on");
        _sampled = settings.Flag("--sampled", "Draw tokens at temperature 0.8; greedy otherwise.");
        _busy = settings.Option("--busy", "Foreign processes that keep a core busy.", 0);
        _kernels = new KernelSettings(settings);
        _cache = new ModelCacheSettings(settings);
        _rounds = settings.Option("--rounds", "Counted rounds; medians are reported.", 5);
        _against = settings.Optional<string>("--against", "A second side that takes turns with the first, as changes of its plan: trace=off, sessions=8, kernels=managed, model=FILE, shards=2, busy=1, several by commas.");
    }

    public static Command Create(CommandFactory factory)
    {
        InferenceBenchCommand command = new(factory.Settings);
        return factory.Create("inference", "Measure prefill and decode beside the machine's own limits, in one run.",
            [command._model, command._prompt, command._generate, command._threads, command._shards, command._sessions, command._trace,
                command._sampled, command._busy, command._kernels.Symbol, command._cache.Symbol, command._rounds, command._against],
            command.RunAsync);
    }

    private async Task<ExitCode> RunAsync(ParseResult parsed, CommandConsole console, CancellationToken cancellationToken)
    {
        BenchPlan plan = Plan(parsed);
        BenchPlan? against = parsed.GetValue(_against) is { } changes ? plan.With(changes) : null;
        int rounds = parsed.GetValue(_rounds);
        if (rounds is < 5 or > 1000)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--rounds is {rounds}; it is 5 to 1000.");
        ModelStoreOptions store = _cache.Read(parsed, console);
        using MachineLimitsSampler limits = new(plan.Threads);
        await using IBenchTarget target = await OpenAsync(plan, store, console, cancellationToken).ConfigureAwait(false);
        await using IBenchTarget? other = against is null ? null : await OpenAsync(against, store, console, cancellationToken).ConfigureAwait(false);
        BenchSide side = new(plan, target);
        BenchSide? second = other is null ? null : new BenchSide(against!, other);
        for (int round = 0; round <= rounds; round++)
        {
            limits.Sample();
            // Whoever comes after the sampling finds other caches: they take turns at that too.
            foreach (BenchSide next in second is null ? [side] : round % 2 == 0 ? [side, second] : (BenchSide[])[second, side])
                await next.RunAsync(round, round > 0, cancellationToken).ConfigureAwait(false);
            console.Progress(round == 0 ? "warmed up" : $"round {round} of {rounds}");
        }
        MachineLimits machine = limits.Result();
        console.Result(BenchReport.Create(machine, side, second, rounds), BenchReport.Text(machine, side, second));
        return ExitCode.Success;
    }

    private BenchPlan Plan(ParseResult parsed) => new BenchPlan
    {
        Model = parsed.GetValue(_model)!,
        Prompt = parsed.GetValue(_prompt),
        Generate = parsed.GetValue(_generate),
        Threads = parsed.GetValue(_threads),
        Shards = parsed.GetValue(_shards),
        Sessions = parsed.GetValue(_sessions),
        Trace = BenchPlan.IsOn("--trace", parsed.GetValue(_trace)!),
        Sampled = parsed.GetValue(_sampled),
        Busy = parsed.GetValue(_busy),
        Kernels = _kernels.Read(parsed),
    }.Checked();

    private static async Task<IBenchTarget> OpenAsync(BenchPlan plan, ModelStoreOptions store, CommandConsole console, CancellationToken cancellationToken)
    {
        console.Progress($"loading {plan.Model}");
        return plan.Shards == 1 ? new InProcessTarget(plan, store) : await ShardedTarget.StartAsync(plan, store, cancellationToken).ConfigureAwait(false);
    }
}
