using TeeTee.Rollup.Messages;

namespace TeeTee.ShardNode.Storage;

/// <summary>What defends a receipt beside leaf list and inputs.</summary>
/// <param name="Request">The signed request.</param>
/// <param name="Tokens">Ids of positions 0..T, u32 LE; of a sealed job its key and then the ids, encrypted at rest.</param>
/// <param name="Cancel">The signed cancellation, if any.</param>
/// <param name="InputBytes">Bytes of the file of inputs.</param>
internal sealed record JobEvidence(Signed<JobRequest> Request, byte[] Tokens, Signed<CancelJob>? Cancel, long InputBytes);
