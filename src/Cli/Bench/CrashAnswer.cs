using TeeTee.Primitives;

namespace TeeTee.Cli.Bench;

/// <summary>What came back for one question.</summary>
/// <param name="JobId">The accepted job.</param>
/// <param name="Fee">Wei charged, as the verified receipts say.</param>
/// <param name="Fault">How the answer differs from the undisturbed one; null if it does not.</param>
internal sealed record CrashAnswer(Bytes32 JobId, UInt128 Fee, string? Fault);
