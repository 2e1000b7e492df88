using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Rollup.Economics;
using TeeTee.RollupContracts;
using TeeTee.Verifier.Following;

namespace TeeTee.Verifier.Disputing;

/// <summary>Keeps a verifier from opening disputes that lose money even when they are won (docs/economics.md).</summary>
internal static class EconomicGate
{
    /// <summary>Judges bounty, bond and sampling where the verifier may act. A chain that does not answer is only told of: the challenger waits for it.</summary>
    /// <exception cref="FailureException"><c>losing_parameters</c>: a rule does not hold; the message names it and both values.</exception>
    public static async Task RequireAsync(VerifierOptions options, ILogger logger, CancellationToken cancellationToken)
    {
        if (options.Challenger.Mode == ChallengerMode.Watchtower)
            return;
        using JsonRpcClient rpc = new(options.ChainUrls[0], options.Rpc);
        EthereumClient client = new(rpc);
        try
        {
            if (await DeploymentMoney.ReadAsync(client, options.Deployment.Rollup, stake: null, cancellationToken) is not { } money)
                return;
            RollupParameters parameters = await new RollupContract(client, options.Deployment.Rollup).GetParametersAsync(BlockTag.Latest, cancellationToken);
            EconomicVerdict verdict = EconomicCheck.Judge(new EconomicParameters
            {
                Dispute = money,
                Watching = options.Challenger.Mode == ChallengerMode.Active ? new Watching(options.SampleRate, CollusionRate: 0) : null,
                Costs = await DeploymentMoney.ReadCostsAsync(client, cancellationToken),
            });
            if (verdict.Refusal(parameters.DevParameters) is { } refusal)
                throw new FailureException(ExitCode.Configuration, "losing_parameters", refusal);
            foreach (EconomicFinding finding in verdict.Broken)
                VerifierLog.LosingParameters(logger, finding.ToString());
        }
        catch (Exception fault) when (fault is RpcTransportException or JsonRpcException or Primitives.MalformedDataException or ContractRevertException)
        {
            VerifierLog.MoneyUnknown(logger, fault.Message);
        }
    }
}
