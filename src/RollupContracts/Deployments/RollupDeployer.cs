using TeeTee.Ethereum;
using TeeTee.Primitives;

namespace TeeTee.RollupContracts;

/// <summary>
/// Deploys a whole rollup: what it accepts as evidence, who verifies it, stakes, credits, quote challenges and batches. The contracts'
/// own rules decide what is allowed where: simulated roots and development parameters are refused on production chains.
/// </summary>
public sealed class RollupDeployer(EthereumClient client, TransactionSender sender)
{
    /// <summary>Transactions before the one that creates the rollup, whose address three of them need.</summary>
    private const ulong BeforeTheRollup = 5;

    /// <summary>Deploys all contracts in order (contracts/README.md, Deployment) and sets the policy.</summary>
    /// <param name="owner">May change modules behind the delay, and the TCB registry: it has to take the offered ownership of that one, if it is not the sender.</param>
    /// <param name="primary">The sequencer that posts first.</param>
    /// <exception cref="InvalidOperationException">A transaction failed, or the account sent others meanwhile.</exception>
    public async Task<Deployment> DeployAsync(
        RollupParameters parameters, ChallengeTerms terms, AttestationPolicy policy, Address owner, Address primary, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(policy);
        ulong chainId = await client.GetChainIdAsync(cancellationToken);
        ulong nonce = await client.GetTransactionCountAsync(sender.Address, BlockTag.Latest, cancellationToken);
        Address rollup = ContractAddress.Create(sender.Address, nonce + BeforeTheRollup);
        ReadOnlyMemory<byte> root = policy.Root.PublicKey;
        (Address tcb, ulong block) = await DeployAsync(ContractNames.TcbRegistry, [sender.Address, policy.LooseningDelay], cancellationToken);
        object[] verified = [tcb, new Bytes32(root.Span[..Bytes32.Size]), new Bytes32(root.Span[Bytes32.Size..])];
        (Address verifier, _) = await DeployAsync(ContractNames.TdxQuoteVerifier, verified, cancellationToken);
        (Address registry, _) = await DeployAsync(ContractNames.Registry, [rollup], cancellationToken);
        (Address credits, _) = await DeployAsync(ContractNames.Credits, [rollup], cancellationToken);
        object[] challenged = [rollup, terms.Bond, terms.Penalty, terms.Bounty];
        (Address challenges, _) = await DeployAsync(ContractNames.QuoteChallenges, challenged, cancellationToken);
        object[] arguments = [parameters.ToTuple(), owner, primary, registry, credits, verifier, challenges];
        (Address made, _) = await DeployAsync(ContractNames.Rollup, arguments, cancellationToken);
        if (made != rollup)
            throw new InvalidOperationException($"The rollup is at {made} instead of {rollup}: {sender.Address} sent other transactions.");
        await SetPolicyAsync(new TcbRegistryContract(client, tcb), policy, owner, keepSetupOpen: parameters.DevParameters, cancellationToken);
        return new Deployment(chainId, rollup, registry, credits, verifier, block) { TcbRegistry = tcb, QuoteChallenges = challenges };
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

    private async Task<(Address Address, ulong Block)> DeployAsync(string name, object[] arguments, CancellationToken cancellationToken)
    {
        TransactionReceipt receipt = await SendAsync($"deploy {name}", to: null, ContractArtifact.Load(name).Deploy(arguments), cancellationToken);
        return (receipt.ContractAddress!.Value, receipt.BlockNumber);
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
