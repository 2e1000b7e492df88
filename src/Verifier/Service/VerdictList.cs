using TeeTee.Verifier.Following;

namespace TeeTee.Verifier.Service;

/// <summary>The answer of GET /v1/verdicts.</summary>
/// <param name="DoneThrough">Batches up to this index are done and no longer listed.</param>
internal sealed record VerdictList(ulong DoneThrough, IReadOnlyList<BatchEntry> Verdicts);
