using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.Rollup.Economics;

namespace TeeTee.RollupContracts;

/// <summary>Reads what the rules of docs/economics.md need from a deployment.</summary>
public static class DeploymentMoney
{
    /// <summary>Stake and terms of disputes about computations; null where the rollup has no such disputes, as development networks may.</summary>
    /// <param name="client">The chain.</param>
    /// <param name="rollup">The rollup contract.</param>
    /// <param name="stake">Stake of the slot in question; null takes the least that a slot may have.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="RpcTransportException">The chain cannot be asked.</exception>
    public static async Task<DisputeMoney?> ReadAsync(EthereumClient client, Address rollup, UInt128? stake, CancellationToken cancellationToken)
    {
        RollupContract contract = new(client, rollup);
        Address module = await contract.GetDisputeModuleAsync(BlockTag.Latest, cancellationToken);
        if (module == Address.Zero || await FindGameAsync(client, module, cancellationToken) is not { } game)
            return null;
        RollupParameters parameters = await contract.GetParametersAsync(BlockTag.Latest, cancellationToken);
        DisputeTerms terms = await new DisputeGameContract(client, game).GetTermsAsync(BlockTag.Latest, cancellationToken);
        return new DisputeMoney(stake ?? parameters.MinSlotStake, terms.BaseBond, terms.Penalty, terms.Bounty, terms.Compensation);
    }

    /// <summary>What disputes cost at the gas price of now, at most.</summary>
    /// <exception cref="RpcTransportException">The chain cannot be asked.</exception>
    public static async Task<MoveCosts> ReadCostsAsync(EthereumClient client, CancellationToken cancellationToken)
    {
        FeeEstimate fees = await client.GetFeesAsync(cancellationToken);
        return new MoveCosts(fees.BaseFee + fees.Tip, MoveCosts.MostChallengerGas, MoveCosts.MostDefenderGas, Reexecution: 0);
    }

    // A module that is no hub, as tests and older deployments have, knows no kinds.
    private static async Task<Address?> FindGameAsync(EthereumClient client, Address module, CancellationToken cancellationToken)
    {
        try
        {
            return await new DisputeHubContract(client, module).FindAsync(DisputeKind.Game, BlockTag.Latest, cancellationToken);
        }
        catch (Exception fault) when (fault is MalformedDataException or ContractRevertException)
        {
            return null;
        }
    }
}
