using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>
/// Deploys a whole rollup: what it accepts as evidence, who verifies it, stakes, credits, every kind of dispute and batches
/// (<see cref="DeploymentPlan"/>). The contracts' own rules decide what is allowed where: simulated roots and development parameters are
/// refused on production chains.
/// </summary>
public sealed class RollupDeployer(EthereumClient client, TransactionSender sender)
{
    /// <summary>Deploys all contracts in order (contracts/README.md, Deployment) and sets the policy.</summary>
    /// <param name="owner">May change modules behind the delay, and the TCB registry: it has to take the offered ownership of that one, if it is not the sender.</param>
    /// <param name="primary">The sequencer that posts first.</param>
    /// <exception cref="InvalidOperationException">A transaction failed, or the account sent others meanwhile.</exception>
    public async Task<Deployment> DeployAsync(
        RollupParameters parameters, ModuleTerms terms, AttestationPolicy policy, Address owner, Address primary, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(policy);
        ulong chainId = await client.GetChainIdAsync(cancellationToken);
        ulong nonce = await client.GetTransactionCountAsync(sender.Address, BlockTag.Latest, cancellationToken);
        DeploymentPlan plan = new(sender.Address, nonce, parameters, terms, policy, owner, primary);
        ulong? block = null;
        foreach (PlannedContract contract in plan.Contracts)
        {
            ulong minedIn = await DeployAsync(contract, plan[contract.Name], cancellationToken);
            block ??= minedIn;
        }

        Address tcb = plan[ContractNames.TcbRegistry];
        await SetPolicyAsync(new TcbRegistryContract(client, tcb), policy, owner, keepSetupOpen: parameters.DevParameters, cancellationToken);
        return new Deployment(
            chainId, plan[ContractNames.Rollup], plan[ContractNames.Registry], plan[ContractNames.Credits], plan[ContractNames.TdxQuoteVerifier], block!.Value)
        {
            TcbRegistry = tcb,
            DisputeHub = plan[ContractNames.DisputeHub],
            QuoteChallenges = plan[ContractNames.QuoteChallenges],
            DisputeGame = plan[ContractNames.DisputeGame],
            StepVerifier = plan[ContractNames.StepVerifier],
            SequencerFaults = plan[ContractNames.SequencerFaults],
            DataChallenges = plan[ContractNames.DataChallenges],
            AnswerChallenges = plan[ContractNames.AnswerChallenges],
            WeightChallenges = plan[ContractNames.WeightChallenges],
            Compensations = plan[ContractNames.Compensations],
        };
    }

    // A development network may want another image a minute later; elsewhere the delay protects from the first hour on.
    private async Task SetPolicyAsync(
        TcbRegistryContract registry, AttestationPolicy policy, Address owner, bool keepSetupOpen, CancellationToken cancellationToken)
    {
        List<byte[]> calls =
        [
            .. policy.Images.Select(registry.AddImage), .. policy.Attributes.Select(registry.AddAttributes),
            .. policy.Platforms.Select(registry.SetPolicy), registry.SetQeIdentity(policy.Enclave),
        ];
        if (!keepSetupOpen)
            calls.Add(registry.CloseSetup());
        if (owner != sender.Address)
            calls.Add(registry.OfferOwnership(owner));
        foreach (byte[] call in calls)
            await SendAsync("set the policy", registry.Address, call, cancellationToken);
    }

    private async Task<ulong> DeployAsync(PlannedContract contract, Address planned, CancellationToken cancellationToken)
    {
        byte[] code = ContractArtifact.Load(contract.Name).Deploy(contract.Arguments());
        TransactionReceipt receipt = await SendAsync($"deploy {contract.Name}", to: null, code, cancellationToken);
        return receipt.ContractAddress == planned
            ? receipt.BlockNumber
            : throw new InvalidOperationException(
                $"{contract.Name} is at {receipt.ContractAddress} instead of {planned}: {sender.Address} sent other transactions.");
    }

    private async Task<TransactionReceipt> SendAsync(string work, Address? to, byte[] data, CancellationToken cancellationToken)
    {
        TransactionOutcome outcome = await sender.SendAsync(new TransactionRequest { Id = work, To = to, Data = data }, cancellationToken);
        return outcome.IsSuccess
            ? outcome.Receipt!
            : throw new InvalidOperationException(
                $"Cannot {work}: {outcome.Status}, {ContractError.Describe(outcome.RevertData.Span)}, {outcome.Message}");
    }
}
