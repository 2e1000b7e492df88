using System.Globalization;
using TeeTee.Inference.Models;

namespace TeeTee.Cli.Devnet;

/// <summary>The command lines of a development network's services: the same ones a host or watcher would type.</summary>
internal static class ServiceArguments
{
    private const int SharedMachineLinger = 100;

    /// <summary><c>teetee shard</c> for one layer range.</summary>
    public static IEnumerable<string> Shard(Devnet network, DevnetOptions options, int index, LayerRange range, Uri grpc, Uri http) =>
    [
        "shard", .. Common(network),
        "--model", Path.GetFullPath(options.ModelPath), "--first-layer", Text(range.First), "--layers", Text(range.Count),
        "--operator-key", network.Folder.Key(DevnetKeys.OperatorRole(index)), "--register",
        "--state", network.Folder.Service($"shard-{index}"), "--listen", grpc.Authority, "--http-listen", http.Authority,
        "--simulated-tee", network.Folder.SimulatedPki, "--trusted-root", network.Folder.TrustedRoot,
        "--collateral", network.Folder.Collateral, "--policy", network.Folder.Policy,
        // The shards share the machine and take turns on all of it.
        "--linger", Text(SharedMachineLinger),
    ];

    /// <summary><c>teetee sequencer</c> over the given shards, with the gateway on the same port.</summary>
    public static IEnumerable<string> Sequencer(Devnet network, DevnetOptions options, IReadOnlyList<Uri> shards) =>
    [
        "sequencer", .. Common(network),
        "--key", network.Folder.Key("sequencer"), "--state", network.Folder.Service("sequencer"), "--listen", network.Sequencer.Authority,
        "--model", Path.GetFullPath(options.ModelPath), "--shards", string.Join(',', shards),
        "--prompt-price", options.PromptPrice.ToString(CultureInfo.InvariantCulture), "--output-price", options.OutputPrice.ToString(CultureInfo.InvariantCulture),
        "--batch-seconds", Text((int)options.BatchSeconds), "--api-keys", network.Folder.ApiKeys, "--trusted-root", network.Folder.TrustedRoot,
        "--collateral", network.Folder.Collateral, "--policy", network.Folder.Policy, "--simulated-tee", network.Folder.SimulatedPki, "--claim", "all",
    ];

    /// <summary><c>teetee verifier</c> that re-executes every job.</summary>
    public static IEnumerable<string> Verifier(Devnet network, DevnetOptions options) =>
    [
        "verifier", .. Common(network),
        "--state", network.Folder.Service("verifier"), "--listen", network.Verifier.Authority, "--data-url", network.Sequencer.ToString(),
        "--model", Path.GetFullPath(options.ModelPath), "--trusted-root", network.Folder.TrustedRoot,
        "--collateral", network.Folder.Collateral, "--policy", network.Folder.Policy, "--sample-rate", "1", "--block", "latest", "--audit-key", network.Folder.AuditKey,
    ];

    private static IEnumerable<string> Common(Devnet network) =>
        ["--chain-url", network.Chain.ToString(), "--deployment", network.Folder.Deployment, "--insecure-dev", "--exit-with-parent"];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
