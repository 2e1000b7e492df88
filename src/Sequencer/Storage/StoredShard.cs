using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Sequencer.Storage;

/// <summary>What one slot committed to about an answered job.</summary>
/// <param name="Receipt">The signed receipt.</param>
/// <param name="Digest">Its EIP-712 digest.</param>
/// <param name="Leaves">leaf(0) || ... || leaf(T-1).</param>
/// <param name="Openings">What they open to, 96 bytes each; empty of jobs that an older program stored.</param>
internal sealed record StoredShard(Signed<ShardReceipt> Receipt, Bytes32 Digest, ReadOnlyMemory<byte> Leaves, ReadOnlyMemory<byte> Openings);
