using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Jobs;

/// <summary>The body of <c>POST /v1/jobs/{jobId}/cancel</c>.</summary>
/// <param name="Cancel">Ends the job at exactly this output count.</param>
/// <param name="Signature">By the user or session key of the job.</param>
public sealed record JobCancellation(CancelJob Cancel, Signature Signature);
