namespace TeeTee.Hosting.Failures;

/// <summary>An expected end of a command or service: a stable code for programs, a message for people, an exit code for shells.</summary>
/// <param name="exitCode">How the process ends when nothing above handles it.</param>
/// <param name="code">A stable lower_snake_case name, for example <c>port_in_use</c>.</param>
/// <param name="message">What happened, with the values, and what to do.</param>
/// <param name="cause">The fault below, kept for logs.</param>
public sealed class FailureException(ExitCode exitCode, string code, string message, Exception? cause = null)
    : Exception(message, cause)
{
    /// <summary>How the process ends when nothing above handles it.</summary>
    public ExitCode ExitCode { get; } = exitCode;

    /// <summary>A stable lower_snake_case name of the failure.</summary>
    public string Code { get; } = code;
}
