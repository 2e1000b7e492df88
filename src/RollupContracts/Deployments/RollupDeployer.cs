using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>Deploys a development rollup with the simulated-evidence verifier; its constructors refuse production chains.</summary>
public sealed class RollupDeployer(EthereumClient client, TransactionSender sender)
{
    /// <summary>Deploys all contracts in order, so that registry and credits know the rollup's address before it exists.</summary>
    /// <param name="owner">May change modules behind the delay.</param>
    /// <param name="primary">The sequencer that posts first.</param>
    /// <param name="attestors">Keys whose signature on simulated evidence counts.</param>
    /// <exception cref="InvalidOperationException">A transaction failed, or the account sent others meanwhile.</exception>
    public async Task<Deployment> DeployAsync(
        RollupParameters parameters, Address owner, Address primary, IReadOnlyList<Address> attestors, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ulong chainId = await client.GetChainIdAsync(cancellationToken);
        ulong nonce = await client.GetTransactionCountAsync(sender.Address, BlockTag.Latest, cancellationToken);
        Address rollup = ContractAddress.Create(sender.Address, nonce + 3);
        object[] allowed = [.. attestors.Select(a => (object)a)];
        TransactionReceipt verifier = await DeployAsync(ContractNames.DevQuoteVerifier, [allowed], cancellationToken);
        TransactionReceipt registry = await DeployAsync(ContractNames.Registry, [rollup], cancellationToken);
        TransactionReceipt credits = await DeployAsync(ContractNames.Credits, [rollup], cancellationToken);
        object[] arguments =
        [
            parameters.ToTuple(), owner, primary, registry.ContractAddress!, credits.ContractAddress!, verifier.ContractAddress!, Address.Zero,
        ];
        TransactionReceipt main = await DeployAsync(ContractNames.Rollup, arguments, cancellationToken);
        if (main.ContractAddress != rollup)
            throw new InvalidOperationException($"The rollup is at {main.ContractAddress} instead of {rollup}: {sender.Address} sent other transactions.");
        return new Deployment(
            chainId, rollup, registry.ContractAddress!.Value, credits.ContractAddress!.Value, verifier.ContractAddress!.Value, verifier.BlockNumber);
    }

    private async Task<TransactionReceipt> DeployAsync(string name, object[] arguments, CancellationToken cancellationToken)
    {
        TransactionRequest request = new() { Id = $"deploy {name}", To = null, Data = ContractArtifact.Load(name).Deploy(arguments) };
        TransactionOutcome outcome = await sender.SendAsync(request, cancellationToken);
        return outcome.IsSuccess
            ? outcome.Receipt!
            : throw new InvalidOperationException($"Deploying {name} failed: {outcome.Status}, {ContractError.Describe(outcome.RevertData.Span)}, {outcome.Message}");
    }
}
