using System.Runtime.InteropServices;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands;

/// <summary>Rows of logits as little-endian fp32, one per processed position.</summary>
internal sealed class LogitsFile(FileStream file) : IDisposable
{
    public static LogitsFile Create(string path)
    {
        try
        {
            return new LogitsFile(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, 1 << 20));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Usage, "file_unwritable", $"{path} cannot be written: {fault.Message}", fault);
        }
    }

    public void Write(int position, ReadOnlySpan<float> logits) => file.Write(MemoryMarshal.AsBytes(logits));

    public void Dispose() => file.Dispose();
}
