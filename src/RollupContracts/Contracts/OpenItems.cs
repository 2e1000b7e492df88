using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.RollupContracts;

/// <summary>The signed parts of a leaf that a dispute is opened with, as the leaf's data items hold them.</summary>
/// <param name="Request">The request.</param>
/// <param name="Receipt">The shard's receipt.</param>
/// <param name="AuditGrant">For a sealed job that is not the caller's own: its user's signature of AuditGrant(jobId, caller); null otherwise.</param>
public sealed record OpenItems(Signed<JobRequest> Request, Signed<ShardReceipt> Receipt, Signature? AuditGrant = null);
