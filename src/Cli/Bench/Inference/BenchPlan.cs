using System.Globalization;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Kernels;

namespace TeeTee.Cli.Bench.Inference;

/// <summary>What one side of a benchmark runs. All of it can also be set for the other side as <c>name=value</c>.</summary>
internal sealed record BenchPlan
{
    /// <summary>GGUF file.</summary>
    public required string Model { get; init; }

    /// <summary>Prompt tokens of each session.</summary>
    public int Prompt { get; init; } = 128;

    /// <summary>Tokens that each session generates after its first.</summary>
    public int Generate { get; init; } = 64;

    /// <summary>Threads of each shard.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>1: in this process, without a wire; more: shards over gRPC on loopback.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Sessions at a time.</summary>
    public int Sessions { get; init; } = 1;

    /// <summary>Whether positions are committed.</summary>
    public bool Trace { get; init; } = true;

    /// <summary>Whether picks are drawn at temperature 0.8 instead of taken greedily.</summary>
    public bool Sampled { get; init; }

    /// <summary>Foreign processes that keep a core busy all the time.</summary>
    public int Busy { get; init; }

    /// <summary>Which kernels run.</summary>
    public KernelPreference Kernels { get; init; } = KernelPreference.Auto;

    /// <summary>The same plan with other values.</summary>
    /// <param name="changes">Such as <c>trace=off,sessions=8</c>.</param>
    /// <exception cref="FailureException">A name is unknown or a value unfit.</exception>
    public BenchPlan With(string changes)
    {
        BenchPlan plan = this;
        foreach (string change in changes.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = change.Split('=', 2);
            plan = parts.Length == 2 ? plan.With(parts[0], parts[1]) : throw Unfit(change);
        }
        return plan.Checked();
    }

    /// <summary>This plan, if all of it is in range.</summary>
    /// <exception cref="FailureException">A value is out of range.</exception>
    public BenchPlan Checked()
    {
        Require("prompt", Prompt, 1, 1 << 20);
        Require("generate", Generate, 1, 1 << 20);
        Require("threads", Threads, 1, 1024);
        Require("shards", Shards, 1, 16);
        Require("sessions", Sessions, 1, 256);
        Require("busy", Busy, 0, 64);
        return this;
    }

    private BenchPlan With(string name, string value) => name switch
    {
        "model" => this with { Model = value },
        "prompt" => this with { Prompt = Number(name, value) },
        "generate" => this with { Generate = Number(name, value) },
        "threads" => this with { Threads = Number(name, value) },
        "shards" => this with { Shards = Number(name, value) },
        "sessions" => this with { Sessions = Number(name, value) },
        "busy" => this with { Busy = Number(name, value) },
        "trace" => this with { Trace = IsOn(name, value) },
        "sampled" => this with { Sampled = IsOn(name, value) },
        "kernels" => this with { Kernels = Enum.TryParse(value, ignoreCase: true, out KernelPreference kernels) ? kernels : throw Unfit($"{name}={value}") },
        _ => throw Unfit($"{name}={value}"),
    };

    /// <summary>Reads <c>on</c> or <c>off</c>.</summary>
    /// <exception cref="FailureException">It is neither.</exception>
    public static bool IsOn(string name, string value) => value switch
    {
        "on" => true,
        "off" => false,
        _ => throw Unfit($"{name}={value}"),
    };

    private static int Number(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw Unfit($"{name}={value}");

    private static void Require(string name, int value, int least, int most)
    {
        if (value < least || value > most)
            throw new FailureException(ExitCode.Usage, "bad_setting", $"{name} is {value}; it is {least} to {most}.");
    }

    private static FailureException Unfit(string change) => new(
        ExitCode.Usage, "bad_setting",
        $"'{change}' is no change of a plan; known are model, prompt, generate, threads, shards, sessions, busy (numbers), trace, sampled (on, off) and kernels (auto, managed, scalar).");
}
