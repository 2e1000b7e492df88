using TeeTee.RollupContracts;

namespace TeeTee.ShardNode.Chain;

/// <summary>A key as the registry showed it at one moment.</summary>
/// <param name="State">How it stands.</param>
/// <param name="Validity">How long.</param>
/// <param name="EpochSeconds">Seconds of an epoch.</param>
internal sealed record KeyLook(KeyState State, KeyValidity Validity, ulong EpochSeconds)
{
    /// <summary>Time that is left.</summary>
    public TimeSpan Left => TimeSpan.FromSeconds((double)Validity.Left * EpochSeconds);

    /// <summary>Whether to try a renewal.</summary>
    public bool MayBeDue => State is KeyState.Missing or KeyState.Silent || (State == KeyState.Standing && Validity.MayBeDue);

    /// <summary>Reads a standing.</summary>
    /// <param name="standing">Null where the key is not registered.</param>
    /// <param name="now">The running epoch.</param>
    /// <param name="longest">Epochs that one registration gives at most.</param>
    /// <param name="epochSeconds">Seconds of an epoch.</param>
    public static KeyLook Of(KeyStanding? standing, ulong now, ulong longest, ulong epochSeconds)
    {
        if (standing is null)
            return new KeyLook(KeyState.Missing, new KeyValidity(now, now, longest), epochSeconds);
        KeyValidity validity = new(now, standing.Key.ValidUntil, longest);
        // A revocation leaves the key its running epoch, in which the contract would still extend it; the operator's word stands.
        KeyState state = !standing.IsAnswered ? KeyState.Silent
            : standing.LapsedAt != 0 ? KeyState.Lapsed
            : validity.Left <= 1 ? KeyState.Ended
            : KeyState.Standing;
        return new KeyLook(state, validity, epochSeconds);
    }
}
