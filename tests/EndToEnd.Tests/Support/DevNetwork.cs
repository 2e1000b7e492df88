using System.Diagnostics;
using System.Text;
using System.Text.Json;
using TeeTee.Primitives;

namespace TeeTee.EndToEnd.Tests;

/// <summary>A running <c>teetee dev</c> with a state folder of its own.</summary>
internal sealed class DevNetwork : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private DevNetwork(Process process, Task<string> errors, string state, JsonElement summary)
    {
        (_process, _errors, State) = (process, errors, state);
        Uri At(string name) => new(summary.GetProperty(name).GetString()!);
        (Sequencer, Verifier, Chain) = (At("sequencer"), At("verifier"), At("chain"));
        ApiKey = summary.GetProperty("apiKey").GetString()!;
        Model = summary.GetProperty("model").GetString()!;
        ModelId = Bytes32.Parse(summary.GetProperty("modelId").GetString()!);
    }

    public string State { get; }

    public Uri Sequencer { get; }

    public Uri Verifier { get; }

    public Uri Chain { get; }

    public string ApiKey { get; }

    public string Model { get; }

    public Bytes32 ModelId { get; }

    /// <summary>Starts one with short times and waits for its banner.</summary>
    public static Task<DevNetwork> StartAsync() => StartAsync(Directory.CreateTempSubdirectory("teetee-e2e-").FullName);

    /// <summary>Starts one on a state folder, which may hold the state of an earlier one.</summary>
    public static async Task<DevNetwork> StartAsync(string state)
    {
        // Jobs whose shards stay away are given up after 20 s: long enough for a restart on a busy machine.
        Process process = TeeTeeProgram.Start(
            new Dictionary<string, string> { ["TEETEE_GIVE_UP_SECONDS"] = "20" },
            "dev", "--json", "--port", "0", "--state", state, "--window", "3", "--batch-seconds", "1", "--epoch-seconds", "1");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        JsonElement? summary = await ReadSummaryAsync(process).WaitAsync(Limits.Patience);
        return summary is { } lines
            ? new DevNetwork(process, errors, state, lines)
            : throw new InvalidOperationException("teetee dev ended: " + await errors);
    }

    /// <summary>Ids of a service's processes, by its name: sequencer, verifier, shard-0, anvil.</summary>
    public IReadOnlyList<int> Find(string service) =>
        ProcessTable.Find(service == "anvil" ? $"anvil --host 127.0.0.1 --port {Chain.Port} " : $"--state {Path.Combine(State, service)} ");

    /// <summary>SIGKILLs a service, as a crash or the out-of-memory killer would.</summary>
    public void KillService(string service)
    {
        foreach (int id in Find(service))
            Signal(id, "KILL");
    }

    /// <summary>Sends a signal to a process.</summary>
    public static void Signal(int process, string signal)
    {
        using Process kill = Process.Start("/bin/kill", [$"-{signal}", process.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        Assert.True(kill.WaitForExit(Limits.Patience));
    }

    /// <summary>SIGKILLs the program itself, which gets no chance to stop anything.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Limits.Patience);
    }

    /// <summary>Presses Ctrl+C and returns the exit code.</summary>
    public async Task<int> InterruptAsync()
    {
        if (!_process.HasExited)
            Signal(_process.Id, "INT");
        await _process.WaitForExitAsync().WaitAsync(Limits.Patience);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await InterruptAsync();
        await _errors;
        _process.Dispose();
        if (Directory.Exists(State))
            Directory.Delete(State, recursive: true);
    }

    // The object is indented, so its end is a brace alone on a line.
    private static async Task<JsonElement?> ReadSummaryAsync(Process process)
    {
        StringBuilder text = new();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            text.AppendLine(line);
            if (line != "}")
                continue;
            using JsonDocument document = JsonDocument.Parse(text.ToString());
            return document.RootElement.TryGetProperty("sequencer", out _) ? document.RootElement.Clone() : null;
        }
        return null;
    }
}
