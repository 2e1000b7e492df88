using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Devnet;
using TeeTee.Cli.Fraud;
using TeeTee.Hosting.Failures;
using TeeTee.Hosting.Faults;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee demo fraud</c>: somebody cheats, the watcher proves it to the contract, and exactly the cheat pays.</summary>
internal static class DemoFraudCommand
{
    public static Command Create(CommandFactory factory)
    {
        Settings settings = factory.Settings;
        Option<string> fault = settings.Option("--fault", $"What goes wrong, as NAME[,position=P][,layer=L][,operator=O][,seed=S] with one of\n{FaultCatalog.Describe(FaultCatalog.All)}\n", "activation-bit");
        Option<int> shards = settings.Option("--shards", "Shards, each with its own operator; the last one cheats where a shard does.", 2);
        Option<uint> window = settings.Option("--window", "Challenge window in seconds.", 24u);
        Option<string?> model = settings.Optional<string>("--model", "GGUF file to serve; the bundled demo model if absent.");
        Option<string?> state = settings.Optional<string>("--state", "Folder to keep; a temporary one is used and removed if absent.");
        return factory.Create("fraud", "Let somebody cheat and watch the contract convict exactly that party.", [fault, shards, window, model, state],
            async (parsed, console, cancellationToken) =>
            {
                Fault chosen = Fault.Parse(parsed.GetValue(fault)!, FaultSettings.OperatorOf);
                string? kept = parsed.GetValue(state);
                string folder = kept ?? Directory.CreateTempSubdirectory("teetee-fraud-").FullName;
                DevnetOptions options = new()
                {
                    StateFolder = folder,
                    ModelPath = parsed.GetValue(model) ?? DemoModel.Find(),
                    Shards = parsed.GetValue(shards),
                    WindowSeconds = parsed.GetValue(window),
                    // Short, so that data which comes in the last moment can still be asked about within the window.
                    ResponseSeconds = Math.Max(1, parsed.GetValue(window) / 6),
                    BatchSeconds = 0,
                    EpochSeconds = 2,
                    Port = 0,
                };
                try
                {
                    FraudResult result = await RunAsync(options, chosen, console, cancellationToken).ConfigureAwait(false);
                    console.Result(result.ToJson(), Summary(result));
                    return result is { Caught: true, HonestHostsUnharmed: true } ? ExitCode.Success : ExitCode.VerificationFailed;
                }
                finally
                {
                    if (kept is null)
                        Directory.Delete(folder, recursive: true);
                }
            });
    }

    private static async Task<FraudResult> RunAsync(DevnetOptions options, Fault fault, CommandConsole console, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        void Tell(string line) => console.Progress(string.Create(CultureInfo.InvariantCulture, $"  [{Stopwatch.GetElapsedTime(started).TotalSeconds,5:F1} s] {line}"));
        await using FraudNetwork fraud = await FraudNetwork.StartAsync(options, null, Tell, cancellationToken).ConfigureAwait(false);
        return await new FraudRun(fraud, warps: false, Tell).RunAsync(fault, cancellationToken).ConfigureAwait(false);
    }

    private static string Summary(FraudResult result)
    {
        string slashed = result.Slashed.Count == 0 ? "nobody was slashed" : string.Join(", ", result.Slashed.Select(s => $"{s.Role} {s.Address} lost {s.Wei} wei"));
        string where = result.Operator is null ? "" : $" at operator {result.Operator}{(result.Layer is { } layer ? $" of layer {layer}" : "")}, position {result.Position}, element {result.Element}";
        return $"""

            {result.Fault}: {(result.Caught ? "caught" : "NOT CAUGHT")}{where}.
            {slashed}; {result.Refunded} wei were refunded, {result.Bounty} wei went to the watcher.
            {(result.HonestHostsUnharmed ? "Every honest party kept everything." : "AN HONEST PARTY WAS HARMED.")}
            """ + string.Concat(result.Transactions.Select(t => string.Create(CultureInfo.InvariantCulture, $"{Environment.NewLine}  {t.Gas,10:N0} gas  {t.Name}")));
    }
}
