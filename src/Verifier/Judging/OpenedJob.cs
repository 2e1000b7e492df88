using TeeTee.Primitives;

namespace TeeTee.Verifier.Judging;

/// <summary>A sealed job that this verifier can read: what was opened is what the request and the receipts commit to.</summary>
/// <param name="Tokens">Ids at positions 0..T.</param>
/// <param name="Salts">Of the job's commitments.</param>
internal sealed record OpenedJob(uint[] Tokens, CommitmentSalts Salts);
