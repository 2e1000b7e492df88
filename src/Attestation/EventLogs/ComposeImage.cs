namespace TeeTee.Attestation.EventLogs;

/// <summary>One <c>image:</c> entry of a compose file.</summary>
/// <param name="Line">The line in the compose file, from 1.</param>
/// <param name="Reference">As written.</param>
/// <param name="IsPinned">Whether it is <c>name@sha256:digest</c>: then the measured compose file fixes the image's bytes, else only a name.</param>
public sealed record ComposeImage(int Line, string Reference, bool IsPinned);
