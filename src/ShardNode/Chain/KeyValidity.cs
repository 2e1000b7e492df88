namespace TeeTee.ShardNode.Chain;

/// <summary>How long a registered key still counts, in epochs of the chain.</summary>
/// <param name="Now">The running epoch.</param>
/// <param name="End">The first epoch in which it does not count.</param>
/// <param name="Longest">What one registration gives at most.</param>
internal readonly record struct KeyValidity(ulong Now, ulong End, ulong Longest)
{
    /// <summary>Epochs that are left, the running one included.</summary>
    public ulong Left => End > Now ? End - Now : 0;

    /// <summary>Whether it may be time to renew: at most a third of the longest validity is left, or hardly anything.</summary>
    public bool MayBeDue => IsShort(Longest);

    /// <summary>Whether so little is left that somebody has to look: less than a tenth.</summary>
    public bool IsAlarming => Left < (Longest + 9) / 10;

    /// <summary>Whether a renewal that ends at <paramref name="end"/> is worth its gas: what is left is at most a third of what it would give.</summary>
    /// <remarks>Evidence that itself runs out soon (a policy, a certificate) would otherwise be registered again and again for nothing.</remarks>
    public bool IsWorth(ulong end) => end > End && IsShort(end - Now);

    // With one epoch left it is too late, so that two are the least to begin with.
    private bool IsShort(ulong whole) => Left <= Math.Max(whole / 3, 2);
}
