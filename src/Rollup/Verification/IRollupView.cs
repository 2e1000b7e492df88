using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;

namespace TeeTee.Rollup.Verification;

/// <summary>What the contracts held when a batch was posted. Lookups are pure: gather first, then judge.</summary>
public interface IRollupView
{
    /// <summary>A listed model, or null.</summary>
    ModelLimits? Model(Bytes32 modelId);

    /// <summary>A registered slot, or null.</summary>
    Slot? Slot(uint slotId);

    /// <summary>Every key ever registered for a slot, with its validity.</summary>
    IReadOnlyList<SlotKey> Keys(uint slotId);

    /// <summary>The session of a user and a key, or null.</summary>
    SessionGrant? Session(Address user, Address key);

    /// <summary>Deposits less withdrawals and pending withdrawals, cumulative wei.</summary>
    UInt128 Credits(Address user);

    /// <summary>Finalised earnings that the user may spend on jobs of its own: what it reserved for that in the contract, cumulative wei.</summary>
    UInt128 SpendableEarnings(Address user);
}
