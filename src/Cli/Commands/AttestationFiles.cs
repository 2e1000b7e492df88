using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Commands;

/// <summary>Reads the files of attestation commands, bounded.</summary>
internal static class AttestationFiles
{
    private const int MostBytes = 16 << 20;

    /// <exception cref="FailureException"><c>file_unreadable</c>.</exception>
    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return new FileInfo(path).Length <= MostBytes
                ? await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false)
                : throw new FailureException(ExitCode.Usage, "file_unreadable", $"{path} has more than {MostBytes} bytes.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(ExitCode.Usage, "file_unreadable", $"{path} cannot be read: {fault.Message}", fault);
        }
    }
}
