using TeeTee.Ethereum;
using TeeTee.RollupContracts;

namespace TeeTee.Verifier.Chain;

/// <summary>One node with the contracts of the deployment.</summary>
internal sealed class ChainEndpoint : IDisposable
{
    private readonly JsonRpcClient _rpc;

    public ChainEndpoint(Uri url, Deployment deployment, JsonRpcOptions rpc, TimeProvider clock)
    {
        _rpc = new JsonRpcClient(url, rpc, clock);
        Client = new EthereumClient(_rpc);
        Rollup = new RollupContract(Client, deployment.Rollup);
        Registry = new RegistryContract(Client, deployment.Registry);
        Credits = new CreditsContract(Client, deployment.Credits);
    }

    /// <summary>Host and port alone: the rest of an address may hold a key.</summary>
    public string Name => _rpc.Endpoint.Authority;

    public EthereumClient Client { get; }

    public RollupContract Rollup { get; }

    public RegistryContract Registry { get; }

    public CreditsContract Credits { get; }

    public void Dispose() => _rpc.Dispose();
}
