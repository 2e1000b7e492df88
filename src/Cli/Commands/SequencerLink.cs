using System.Net;
using TeeTee.Ethereum;
using TeeTee.Gateway.Contracts;
using TeeTee.Gateway.Jobs;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Commands;

/// <summary>A connection to a sequencer whose word is compared with what the user knows: the model file and, if given, the deployment.</summary>
internal sealed class SequencerLink : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly HttpClient _http;
    private JsonRpcClient? _rpc;

    public SequencerLink(string url)
    {
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out Uri? address) || address.Scheme is not ("http" or "https"))
            throw new FailureException(ExitCode.Usage, "bad_setting", $"--url: '{url}' is no http address.");
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10), AutomaticDecompression = DecompressionMethods.All })
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        Jobs = new HttpJobClient(_http, s_patience, TimeProvider.System);
    }

    /// <summary>The job API.</summary>
    public IJobClient Jobs { get; }

    /// <summary>Reads the contracts; null until <see cref="Checked"/> was given a chain.</summary>
    public NodeFactsReader? Facts { get; private set; }

    /// <summary>What the sequencer says, checked against the deployment.</summary>
    public async Task<NodeInfo> GetInfoAsync(Deployment? deployment, CancellationToken cancellationToken)
    {
        NodeInfo node = await Jobs.GetInfoAsync(cancellationToken).ConfigureAwait(false);
        if (deployment is not null && (node.ChainId != deployment.ChainId || node.Rollup != deployment.Rollup))
        {
            throw new FailureException(ExitCode.Configuration, "wrong_chain",
                $"The sequencer serves contract {node.Rollup} on chain {node.ChainId}, the deployment file names {deployment.Rollup} on chain {deployment.ChainId}.");
        }
        return node;
    }

    /// <summary>The job API of a sequencer that is not believed: see <see cref="CheckedJobClient"/>.</summary>
    /// <param name="modelId">The model that is going to be asked for.</param>
    /// <param name="deployment">What is trusted, or null.</param>
    /// <param name="chainUrl">JSON-RPC address of the chain, or null to take the sequencer's word for who signs.</param>
    /// <exception cref="FailureException"><c>bad_setting</c>.</exception>
    public IJobClient Checked(Bytes32 modelId, Deployment? deployment, string? chainUrl)
    {
        if (chainUrl is null)
            return new CheckedJobClient(Jobs, modelId, deployment, facts: null, TimeProvider.System);
        if (deployment is null)
            throw new FailureException(ExitCode.Usage, "bad_setting", "--chain-url needs --deployment: the contracts that are trusted.");
        _rpc = new JsonRpcClient(ServiceSettings.Endpoint("--chain-url", chainUrl));
        Facts = new NodeFactsReader(new EthereumClient(_rpc), deployment);
        return new CheckedJobClient(Jobs, modelId, deployment, Facts, TimeProvider.System);
    }

    /// <summary>The offer of exactly this model.</summary>
    public static ModelInfo RequireModel(NodeInfo node, Bytes32 modelId) =>
        node.Models.FirstOrDefault(model => model.ModelId == modelId)
        ?? throw new FailureException(ExitCode.Refused, "model_not_found",
            $"The sequencer does not serve model {modelId} now. It has: {string.Join(", ", node.Models.Select(m => $"{m.Name} {m.ModelId}"))}.");

    public void Dispose()
    {
        _rpc?.Dispose();
        _http.Dispose();
    }
}
