using System.Collections.Immutable;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Gateway.Jobs;

/// <summary>The body of <c>POST /v1/jobs</c>: a signed request with its input, given either as token ids or sealed to slot 0.</summary>
/// <param name="Request">What the user agreed to.</param>
/// <param name="Signature">By the user or a session key.</param>
/// <param name="Tokens">Prompt ids of a public job.</param>
/// <param name="Sealed">Encrypted prompt ids of a sealed job.</param>
/// <param name="ResumeFrom">Output index from which to stream; 0 for everything.</param>
public sealed record JobSubmission(
    JobRequest Request, Signature Signature, ImmutableArray<uint>? Tokens = null, byte[]? Sealed = null, uint ResumeFrom = 0);
