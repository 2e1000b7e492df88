using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.ShardNode.Storage;

/// <summary>A receipt of this shard with its leaf list.</summary>
/// <param name="Signed">The receipt.</param>
/// <param name="Leaves">32 bytes per position.</param>
/// <param name="Sealed">Whether its epoch has a quote.</param>
internal sealed record StoredReceiptRow(Signed<ShardReceipt> Signed, byte[] Leaves, bool Sealed)
{
    public Bytes32 JobId => Signed.Message.JobId;
}
