using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Rollup.Verification;

/// <summary>A view that was gathered into memory.</summary>
public sealed record RollupSnapshot : IRollupView
{
    private static readonly IReadOnlyList<SlotKey> s_none = [];

    public ImmutableDictionary<Bytes32, ModelLimits> Models { get; init; } = ImmutableDictionary<Bytes32, ModelLimits>.Empty;

    public ImmutableDictionary<uint, Slot> Slots { get; init; } = ImmutableDictionary<uint, Slot>.Empty;

    public ImmutableDictionary<uint, IReadOnlyList<SlotKey>> SlotKeys { get; init; } =
        ImmutableDictionary<uint, IReadOnlyList<SlotKey>>.Empty;

    public ImmutableDictionary<(Address User, Address Key), SessionGrant> Sessions { get; init; } =
        ImmutableDictionary<(Address, Address), SessionGrant>.Empty;

    public ImmutableDictionary<Address, UInt128> CreditsOf { get; init; } = ImmutableDictionary<Address, UInt128>.Empty;

    public ImmutableDictionary<Address, UInt128> SpendableEarningsOf { get; init; } = ImmutableDictionary<Address, UInt128>.Empty;

    public ModelLimits? Model(Bytes32 modelId) => Models.GetValueOrDefault(modelId);

    public Slot? Slot(uint slotId) => Slots.GetValueOrDefault(slotId);

    public IReadOnlyList<SlotKey> Keys(uint slotId) => SlotKeys.GetValueOrDefault(slotId) ?? s_none;

    public SessionGrant? Session(Address user, Address key) => Sessions.GetValueOrDefault((user, key));

    public UInt128 Credits(Address user) => CreditsOf.GetValueOrDefault(user);

    public UInt128 SpendableEarnings(Address user) => SpendableEarningsOf.GetValueOrDefault(user);
}
