using System.CommandLine;
using System.Globalization;
using TeeTee.Cli.CommandLine;
using TeeTee.Cli.Devnet;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands;

/// <summary><c>teetee dev</c>: the whole network on this machine, until Ctrl+C.</summary>
internal static class DevCommand
{
    public static Command Create(CommandFactory factory)
    {
        Settings settings = factory.Settings;
        Option<int> shards = settings.Option("--shards", "Shards, each with its own operator.", 2);
        Option<uint> window = settings.Option("--window", "Challenge window in seconds.", 30u);
        Option<uint> batchSeconds = settings.Option("--batch-seconds", "Oldest age of a receipt that waits for a batch.", 5u);
        Option<uint> epochSeconds = settings.Option("--epoch-seconds", "Epoch length: how often shards quote.", 5u);
        Option<string> state = settings.Option("--state", "Folder of keys, databases, chain state and logs.", Path.Combine(".teetee", "dev"));
        Option<int> port = settings.Option("--port", "The sequencer's port; the others follow it. 0 takes free ports.", 8550);
        Option<string?> model = settings.Optional<string>("--model", "GGUF file to serve; the bundled demo model if absent.");
        Option<string?> chain = settings.Optional<string>("--chain", "JSON-RPC endpoint of a chain to use instead of anvil; its accounts must be funded.");
        return factory.Create("dev", "Run chain, contracts, shards, sequencer and verifier on this machine.",
            [shards, window, batchSeconds, epochSeconds, state, port, model, chain],
            async (parsed, console, cancellationToken) =>
            {
                DevnetOptions options = new()
                {
                    StateFolder = parsed.GetValue(state)!,
                    ModelPath = parsed.GetValue(model) ?? DemoModel.Find(),
                    Shards = parsed.GetValue(shards),
                    WindowSeconds = parsed.GetValue(window),
                    BatchSeconds = parsed.GetValue(batchSeconds),
                    EpochSeconds = Math.Max(1, parsed.GetValue(epochSeconds)),
                    Port = parsed.GetValue(port),
                    Chain = parsed.GetValue(chain) is { } url ? ServiceSettings.Endpoint("--chain", url) : null,
                };
                await RunAsync(options, console, cancellationToken).ConfigureAwait(false);
                return ExitCode.Success;
            });
    }

    private static async Task RunAsync(DevnetOptions options, CommandConsole console, CancellationToken cancellationToken)
    {
        await using Devnet.Devnet network = await Devnet.Devnet.StartAsync(options, console.Progress, cancellationToken).ConfigureAwait(false);
        string apiKey = (await File.ReadAllTextAsync(network.Folder.ApiKey, cancellationToken).ConfigureAwait(false)).Trim();
        object summary = new
        {
            sequencer = network.Sequencer,
            openAiBaseUrl = new Uri(network.Sequencer, "v1"),
            apiKey,
            chain = network.Chain,
            verifier = network.Verifier,
            chainId = network.Deployment.ChainId,
            rollup = network.Deployment.Rollup,
            registry = network.Deployment.Registry,
            credits = network.Deployment.Credits,
            model = network.Model.Name,
            modelId = network.Model.Identity.ModelId,
            user = network.Keys.User.Address,
            auditKey = network.Keys.Audit,
            state = network.Folder.Root,
        };
        console.Result(summary, Banner(network, apiKey));
        try
        {
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            console.Progress("stopping ...");
        }
    }

    private static string Banner(Devnet.Devnet network, string apiKey) => string.Create(CultureInfo.InvariantCulture, $$"""

        TeeTee development network: {{network.Services.Count(s => s.Name.StartsWith("shard", StringComparison.Ordinal))}} shards, model {{network.Model.Name}} (simulated TEEs, no real money)

          export OPENAI_BASE_URL={{network.Sequencer}}v1
          export OPENAI_API_KEY={{apiKey}}
          curl $OPENAI_BASE_URL/chat/completions -H "Authorization: Bearer $OPENAI_API_KEY" -H 'Content-Type: application/json' \
               -d '{"model": "{{network.Model.Name}}", "messages": [{"role": "user", "content": "What is Ethereum?"}]}'

          ./teetee ask "What is a rollup?" --model {{Quoted(Path.GetFullPath(network.ModelPath))}} --key-file {{Quoted(network.Folder.Key("user"))}} {{Trusted(network)}}
          ./teetee ask "What is a rollup?" --confidential --audit-to {{network.Keys.Audit}} --trusted-root {{Quoted(network.Folder.TrustedRoot)}} --model {{Quoted(Path.GetFullPath(network.ModelPath))}} --key-file {{Quoted(network.Folder.Key("user"))}} {{Trusted(network)}}
          ./teetee receipt verify RECEIPT_ID --trusted-root {{Quoted(network.Folder.TrustedRoot)}} --collateral {{Quoted(network.Folder.Collateral)}} {{Trusted(network)}}

          chain     {{network.Chain}} (id {{network.Deployment.ChainId}})    verifier {{network.Verifier}}
          rollup    {{network.Deployment.Rollup}}
          registry  {{network.Deployment.Registry}}
          credits   {{network.Deployment.Credits}}
          state     {{network.Folder.Root}} (logs in logs/)

        Ctrl+C stops everything.
        """);

    private static string Trusted(Devnet.Devnet network) =>
        $"--url {network.Sequencer} --deployment {Quoted(network.Folder.Deployment)} --chain-url {network.Chain}";

    /// <summary>A path as a POSIX shell takes it.</summary>
    private static string Quoted(string path) =>
        path.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_') ? path : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
