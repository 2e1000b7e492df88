using TeeTee.Rollup.Evidence;

namespace TeeTee.Verifier.Judging;

/// <summary>A batch cannot be judged now: the verdict is Unavailable for the named cause.</summary>
internal sealed class JudgementException(VerdictCause cause, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public VerdictCause Cause { get; } = cause;
}
