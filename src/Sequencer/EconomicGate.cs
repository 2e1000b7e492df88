using Microsoft.Extensions.Logging;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.Rollup.Economics;
using TeeTee.RollupContracts;

namespace TeeTee.Sequencer;

/// <summary>Keeps a sequencer from offering jobs that its hosts' stakes do not stand for (docs/economics.md).</summary>
internal sealed class EconomicGate(SequencerOptions options, EthereumClient client, RollupParameters parameters)
{
    private const uint AllBps = 10_000;

    /// <summary>Judges every offer at its dearest job. What is only to be warned of comes back.</summary>
    /// <exception cref="FailureException"><c>losing_parameters</c>: a rule does not hold; the message names it and both values.</exception>
    public async Task<IReadOnlyList<EconomicFinding>> RequireAsync(CancellationToken cancellationToken)
    {
        List<EconomicFinding> broken = [];
        DisputeMoney? money = await DeploymentMoney.ReadAsync(client, options.Deployment.Rollup, stake: null, cancellationToken).ConfigureAwait(false);
        if (money is null)
            return broken;
        foreach (ModelOffer offer in options.Models)
        {
            EconomicVerdict verdict = EconomicCheck.Judge(new EconomicParameters
            {
                Dispute = money,
                Job = await DearestAsync(offer, cancellationToken).ConfigureAwait(false),
            });
            if (verdict.Refusal(parameters.DevParameters) is { } refusal)
                throw new FailureException(ExitCode.Configuration, "losing_parameters", $"Model {offer.Name}: {refusal}");
            broken.AddRange(verdict.Broken);
        }
        return broken;
    }

    // A whole context of the dearer kind of token at the asked price, computed by the slot with the most layers of those that are open.
    private async Task<JobMoney?> DearestAsync(ModelOffer offer, CancellationToken cancellationToken)
    {
        RegistryContract registry = new(client, options.Deployment.Registry);
        if (await registry.GetModelAsync(offer.ModelId, BlockTag.Latest, cancellationToken).ConfigureAwait(false) is not { LayerCount: > 0 } model)
            return null;
        uint most = 0;
        foreach (uint id in await registry.GetSlotsOfAsync(offer.ModelId, BlockTag.Latest, cancellationToken).ConfigureAwait(false))
        {
            if (await registry.GetSlotAsync(id, BlockTag.Latest, cancellationToken).ConfigureAwait(false) is { ExitAt: 0 } slot)
                most = Math.Max(most, slot.Slot.LayerCount);
        }
        if (most == 0)
            return null;
        UInt128 fee = UInt128.Max(offer.PromptPrice, offer.OutputPrice) * model.ContextLength;
        UInt128 share = fee * (AllBps - parameters.SequencerShareBps) / AllBps * most / model.LayerCount;
        return new JobMoney(fee, share, Gain: share);
    }
}
