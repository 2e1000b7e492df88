using System.CommandLine;
using System.Diagnostics;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Devnet;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee demo</c>: a network for one question, followed until everybody is paid.</summary>
internal static class DemoCommand
{
    public static Command Create(CommandFactory factory)
    {
        Settings settings = factory.Settings;
        Option<string> prompt = settings.Option("--prompt", "The question.", "What is Ethereum?");
        Option<int> shards = settings.Option("--shards", "Shards, each with its own operator.", 2);
        Option<uint> window = settings.Option("--window", "Challenge window in seconds.", 6u);
        Option<string?> model = settings.Optional<string>("--model", "GGUF file to serve; the bundled demo model if absent.");
        Option<string?> state = settings.Optional<string>("--state", "Folder to keep; a temporary one is used and removed if absent.");
        Option<bool> confidential = settings.Flag("--confidential", "Encrypt the question to the first enclave and let only the verifier audit the answer.");
        Command fraud = DemoFraudCommand.Create(factory);
        return factory.Create("demo", "Ask one question and follow it to the settled payout.", [prompt, shards, window, model, state, confidential, fraud],
            async (parsed, console, cancellationToken) =>
            {
                string? kept = parsed.GetValue(state);
                string folder = kept ?? Directory.CreateTempSubdirectory("teetee-demo-").FullName;
                DevnetOptions options = new()
                {
                    StateFolder = folder,
                    ModelPath = parsed.GetValue(model) ?? DemoModel.Find(),
                    Shards = parsed.GetValue(shards),
                    WindowSeconds = parsed.GetValue(window),
                    BatchSeconds = 1,
                    EpochSeconds = 2,
                    Port = 0,
                };
                try
                {
                    DemoResult result = await RunAsync(options, parsed.GetValue(prompt)!, parsed.GetValue(confidential), console, cancellationToken).ConfigureAwait(false);
                    console.Result(result.ToJson(), Summary(result));
                    return ExitCode.Success;
                }
                finally
                {
                    if (kept is null)
                        Directory.Delete(folder, recursive: true);
                }
            });
    }

    private static async Task<DemoResult> RunAsync(DevnetOptions options, string prompt, bool confidential, CommandConsole console, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        await using Devnet.Devnet network = await Devnet.Devnet.StartAsync(options, console.Progress, cancellationToken).ConfigureAwait(false);
        using DemoRun run = new(network, console, Stopwatch.GetElapsedTime(started), confidential);
        return await run.RunAsync(prompt, cancellationToken).ConfigureAwait(false);
    }

    private static string Summary(DemoResult result) =>
        $"""

        {result.TokenCount} tokens over {result.Shards} shards, verdict {result.Verdict}, batch {result.BatchIndex} {result.Status}.
        {result.Charged} wei were charged and paid out to {result.Payouts.Count} accounts.
        """;
}
