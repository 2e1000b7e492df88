using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>DisputeHub: the rollup's dispute module, with the contracts that may convict behind it.</summary>
public sealed class DisputeHubContract(EthereumClient client, Address address) : Contract(client, address, ContractNames.DisputeHub)
{
    /// <summary>The contract of a kind; null where the hub has none.</summary>
    public async Task<Address?> FindAsync(DisputeKind kind, BlockTag block, CancellationToken cancellationToken)
    {
        IReadOnlyList<Address> kinds = await GetKindsAsync(block, cancellationToken);
        return (int)kind < kinds.Count ? kinds[(int)kind] : null;
    }

    /// <summary>All of them, in the order of <see cref="DisputeKind"/>.</summary>
    public async Task<IReadOnlyList<Address>> GetKindsAsync(BlockTag block, CancellationToken cancellationToken) =>
        [.. ((object[])await CallAsync<object>("kinds", [], block, cancellationToken)).Cast<Address>()];
}
