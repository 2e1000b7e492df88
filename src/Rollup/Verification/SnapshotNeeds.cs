using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Verification;

/// <summary>What must be looked up in the contracts before leaves can be judged.</summary>
public sealed record SnapshotNeeds(
    ImmutableHashSet<Bytes32> Models, ImmutableHashSet<uint> Slots, ImmutableHashSet<Address> Users,
    ImmutableHashSet<(Address User, Address Key)> Sessions)
{
    /// <summary>The needs of signed requests and the slots that answered them.</summary>
    public static SnapshotNeeds Of(
        IReadOnlyCollection<Signed<JobRequest>> requests, IEnumerable<uint> slots, RollupDomain domain, ISignatureRecovery recovery)
    {
        ArgumentNullException.ThrowIfNull(requests);
        ArgumentNullException.ThrowIfNull(domain);
        var sessions = requests
            .Select(r => (r.Message.User, Key: domain.Signer(r, recovery)))
            .Where(s => s.Key is { } key && key != s.User)
            .Select(s => (s.User, s.Key!.Value));
        return new SnapshotNeeds(
            [.. requests.Select(r => r.Message.ModelId)], [.. slots], [.. requests.Select(r => r.Message.User)], [.. sessions]);
    }

    /// <summary>The needs of a batch, those of cancellations by session keys included.</summary>
    public static SnapshotNeeds Of(BatchData data, RollupDomain domain, ISignatureRecovery recovery)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(domain);
        SnapshotNeeds needs = Of(
            [.. data.Leaves.Select(l => l.Request)], data.Leaves.SelectMany(l => l.Shards).Select(s => s.Receipt.Message.Slot), domain, recovery);
        var cancellers = data.Leaves
            .Where(l => l.Cancel is not null)
            .Select(l => (l.Request.Message.User, Key: domain.Signer(l.Cancel!, recovery)))
            .Where(s => s.Key is { } key && key != s.User)
            .Select(s => (s.User, s.Key!.Value));
        return needs with { Sessions = needs.Sessions.Union(cancellers) };
    }
}
