using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>A deployed contract. Reads name the block on whose state they are made; writes are calldata for a transaction sender.</summary>
public abstract class Contract
{
    private readonly EthereumClient _client;

    private protected Contract(EthereumClient client, Address address, string artifact)
    {
        ArgumentNullException.ThrowIfNull(client);
        (_client, Address, Artifact) = (client, address, ContractArtifact.Load(artifact));
    }

    /// <summary>Where it is.</summary>
    public Address Address { get; }

    /// <summary>Its interface.</summary>
    public ContractArtifact Artifact { get; }

    private protected Task<object[]> CallAsync(string function, object[] arguments, BlockTag block, CancellationToken cancellationToken) =>
        _client.CallAsync(Address, Artifact.Function(function), arguments, block, cancellationToken);

    private protected async Task<T> CallAsync<T>(string function, object[] arguments, BlockTag block, CancellationToken cancellationToken) =>
        (T)(await CallAsync(function, arguments, block, cancellationToken))[0];

    private protected byte[] Encode(string function, params object[] arguments) => Artifact.Function(function).EncodeCall(arguments);
}
