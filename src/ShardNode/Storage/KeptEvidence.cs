using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.ShardNode.Storage;

/// <summary>What is kept to defend one receipt, beside the file of inputs.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Request">The signed request.</param>
/// <param name="Tokens">As <see cref="JobEvidence.Tokens"/>.</param>
/// <param name="Leaves">32 bytes per position.</param>
internal sealed record KeptEvidence(Bytes32 JobId, Signed<JobRequest> Request, byte[] Tokens, byte[] Leaves);
