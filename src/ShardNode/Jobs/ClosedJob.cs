using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.ShardNode.Jobs;

/// <summary>How a job ended.</summary>
/// <param name="Positions">T.</param>
/// <param name="Tokens">Ids of positions 0..T.</param>
/// <param name="TokensRoot">Their root.</param>
/// <param name="Finish">Why.</param>
/// <param name="Cancel">The signed cancellation if cancelled.</param>
internal sealed record ClosedJob(int Positions, uint[] Tokens, Bytes32 TokensRoot, FinishReason Finish, Signed<CancelJob>? Cancel);
