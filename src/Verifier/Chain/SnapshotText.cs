using System.Text;
using TeeTee.Rollup.Verification;

namespace TeeTee.Verifier.Chain;

/// <summary>A snapshot as text that is equal for equal snapshots alone, whatever the order in which they were gathered.</summary>
internal static class SnapshotText
{
    public static string Of(RollupSnapshot snapshot)
    {
        IEnumerable<string> lines =
        [
            .. snapshot.Models.Values.Select(m => $"{m}"),
            .. snapshot.Slots.Values.Select(s => $"{s}"),
            .. snapshot.SlotKeys.Select(p => $"{p.Key}: {string.Join(' ', p.Value)}"),
            .. snapshot.Sessions.Values.Select(s => $"{s}"),
            .. snapshot.CreditsOf.Select(p => $"credits {p.Key} {p.Value}"),
            .. snapshot.SpendableEarningsOf.Select(p => $"earnings {p.Key} {p.Value}"),
        ];
        return new StringBuilder().AppendJoin('\n', lines.Order(StringComparer.Ordinal)).ToString();
    }
}
