using TeeTee.Primitives;

namespace TeeTee.Sequencer.Posting;

/// <summary>A stored batch as posting sees it.</summary>
/// <param name="PostedAt">The chain's time at posting, if known.</param>
/// <param name="PostBefore">Unix seconds by which the first of its receipts must be posted.</param>
/// <param name="WasSigned">Whether a transaction that posts it was signed: it may land at any time.</param>
internal sealed record LocalBatch(
    ulong Index, Bytes32 Hash, Bytes32 ParentHash, LocalStatus Status, ulong? PostedAt, ulong PostBefore, bool WasSigned)
{
    /// <summary>Whether the batch that it follows was rolled back.</summary>
    public bool IsOrphan { get; init; }

    /// <summary>The chain's time when it was built: its rules hold for some time from then on only.</summary>
    public ulong BuiltAt { get; init; }
}
