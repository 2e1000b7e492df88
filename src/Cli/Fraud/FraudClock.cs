using System.Diagnostics;
using System.Numerics;
using TeeTee.Cli.Devnet.Local;
using TeeTee.Ethereum;
using TeeTee.Hosting.Faults;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Fraud;

/// <summary>
/// Moves a network's time to deadlines that the accused lets pass, and to the second from which a bounty is paid: never past a move that somebody honest
/// still owes, because a party counts as silent only after it was given time to move.
/// </summary>
internal sealed class FraudClock(LocalNetwork network, FraudWatch watch, FaultKind kind, Address attacker)
{
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(2);

    /// <summary>Seconds before its deadline at which data comes that is published late.</summary>
    private const ulong LastSeconds = 3;

    private readonly Dictionary<(DisputeKind, ulong, int), long> _since = [];

    /// <summary>One look; moves the time at most once.</summary>
    public async Task WarpAsync(CancellationToken cancellationToken)
    {
        if (await NextAsync(cancellationToken).ConfigureAwait(false) is { } time)
            await network.Chain.WarpToAsync(time, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ulong?> NextAsync(CancellationToken cancellationToken)
    {
        foreach ((_, ContractEvent e) in await watch.EventsAsync(cancellationToken).ConfigureAwait(false))
        {
            ulong? time = e.Name switch
            {
                "DisputeOpened" => await OfDisputeAsync(Id(e, "disputeId"), cancellationToken).ConfigureAwait(false),
                "QuoteChallenged" => await OfQuoteAsync(Id(e, "challengeId"), cancellationToken).ConfigureAwait(false),
                "ChunkChallenged" => await OfChunkAsync(Id(e, "challengeId"), cancellationToken).ConfigureAwait(false),
                _ => null,
            };
            if (time is not null)
                return time;
        }
        return null;
    }

    private async Task<ulong?> OfDisputeAsync(ulong id, CancellationToken cancellationToken)
    {
        DisputeGameContract game = new(network.Chain.Client, await AddressAsync(DisputeKind.Game, cancellationToken).ConfigureAwait(false));
        GameDispute dispute = await game.GetAsync(id, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (dispute.State is GameState.Opened or GameState.Selected && IsSilent(DisputeKind.Game, id, (int)dispute.State))
            return dispute.Deadline;
        // Who disputes without having computed anything has nothing to select.
        if (dispute.Challenger == attacker && (dispute.State is GameState.Revealed or GameState.Answered) && IsSilent(DisputeKind.Game, id, (int)dispute.State))
            return dispute.Deadline;
        if (dispute.State != GameState.ChallengerWon)
            return null;
        GameCase found = await game.GetCaseAsync(dispute.CaseKey, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        return found.Bounty > 0 && await network.Chain.TimeAsync(cancellationToken).ConfigureAwait(false) < found.BountyPayableAt ? found.BountyPayableAt : null;
    }

    private async Task<ulong?> OfQuoteAsync(ulong id, CancellationToken cancellationToken)
    {
        QuoteChallengesContract quotes = new(network.Chain.Client, await AddressAsync(DisputeKind.QuoteChallenges, cancellationToken).ConfigureAwait(false));
        QuoteChallenge challenge = await quotes.GetAsync(id, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        return challenge.State == ChallengeState.Open && IsSilent(DisputeKind.QuoteChallenges, id, 0) ? challenge.Deadline : null;
    }

    private async Task<ulong?> OfChunkAsync(ulong id, CancellationToken cancellationToken)
    {
        DataChallengesContract chunks = new(network.Chain.Client, await AddressAsync(DisputeKind.DataChallenges, cancellationToken).ConfigureAwait(false));
        DataChallenge challenge = await chunks.GetAsync(id, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        if (challenge.State != ChallengeState.Open || !IsSilent(DisputeKind.DataChallenges, id, 0))
            return null;
        return kind == FaultKind.LateData ? challenge.Deadline - LastSeconds : challenge.Deadline;
    }

    private bool IsSilent(DisputeKind of, ulong id, int state)
    {
        if (!_since.TryGetValue((of, id, state), out long since))
            _since[(of, id, state)] = since = Stopwatch.GetTimestamp();
        return Stopwatch.GetElapsedTime(since) > s_silence;
    }

    private async Task<Address> AddressAsync(DisputeKind of, CancellationToken cancellationToken)
    {
        RollupContract rollup = new(network.Chain.Client, network.Deployment.Rollup);
        Address hub = await rollup.GetDisputeModuleAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        return (await new DisputeHubContract(network.Chain.Client, hub).FindAsync(of, BlockTag.Latest, cancellationToken).ConfigureAwait(false))!.Value;
    }

    private static ulong Id(ContractEvent e, string name) => (ulong)(BigInteger)e.Values[name];
}
