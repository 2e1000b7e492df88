namespace TeeTee.Inference.Tests.Support;

/// <summary>A fact about the system calls of Linux, reported as skipped elsewhere.</summary>
internal sealed class LinuxFactAttribute : FactAttribute
{
    public LinuxFactAttribute() => Skip = OperatingSystem.IsLinux() ? null : "the system is not Linux";
}
