using Google.Protobuf;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardNode.Storage;

/// <summary>A receipt of this shard with its leaf list.</summary>
/// <param name="Signed">The receipt.</param>
/// <param name="Leaves">32 bytes per position.</param>
/// <param name="Openings">What they open to (<see cref="TraceOpenings"/>); empty of receipts that an older program signed.</param>
/// <param name="Sealed">Whether its epoch has a quote.</param>
internal sealed record StoredReceiptRow(Signed<ShardReceipt> Signed, byte[] Leaves, byte[] Openings, bool Sealed)
{
    public Bytes32 JobId => Signed.Message.JobId;

    /// <summary>Shares the arrays.</summary>
    public ShardResult ToWire() => new()
    {
        Receipt = Signed.ToWire(),
        Leaves = UnsafeByteOperations.UnsafeWrap(Leaves),
        Openings = UnsafeByteOperations.UnsafeWrap(Openings),
    };
}
