using System.Globalization;
using System.Numerics;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Fraud;

/// <summary>Says in words what a contract's event means for somebody who watches.</summary>
internal static class FraudStory
{
    /// <summary>One line; null for events that tell nothing.</summary>
    public static string? Tell(ContractEvent e) => e.Name switch
    {
        "DisputeOpened" => Text($"{e.Values["challenger"]} disputes what {e.Values["operator"]} computed, with a bond of {e.Values["bond"]} wei"),
        "GroupsRevealed" => Text($"the operator reveals its list of operators from group {e.Values["firstGroup"]} on{((bool)e.Values["complete"] ? ", which is whole" : "")}"),
        "EntrySelected" => Text($"the challenger selects entry {e.Values["index"]} of group {e.Values["group"]}, where the list leaves its own"),
        "EntryAnswered" => Text($"the content of that entry is published: {((byte[])e.Values["content"]).Length} bytes"),
        "DisputeSettled" => Text($"the contract decides dispute {e.Values["disputeId"]}: {(GameState)(ulong)e.Values["state"]}"),
        "BoundaryProved" => Text($"the contract sees that two shards' vectors do not meet: {e.Values["poster"]} put them together"),
        "FaultProven" => Text($"one transaction convicts {e.Values["poster"]}"),
        "ChunkChallenged" => "a chunk of data that nobody serves is demanded on chain",
        "ChunkPublished" => "the sequencer publishes it on chain",
        "QuoteChallenged" => "a quote is challenged: its poster has to show a good one",
        "ChallengeConvicted" or "PosterConvicted" => "nobody answered in time: the contract convicts the sequencer",
        "BatchesRolledBack" => Text($"the rollup goes back behind batch {e.Values["fromIndex"]}"),
        "StakeSlashed" => Text($"{e.Values["total"]} wei are taken from the stake: {e.Values["refund"]} to the user, {e.Values["paid"]} to watchers, {e.Values["burnt"]} burnt"),
        "LeafVoided" => Text($"the user gets the fee of {e.Values["refund"]} wei back"),
        "BountyPaid" => Text($"{e.Values["to"]} gets the bounty of {e.Values["amount"]} wei"),
        "EarningsForfeited" => Text($"{e.Values["owner"]} loses its share of {e.Values["amount"]} wei of the job"),
        _ => null,
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
