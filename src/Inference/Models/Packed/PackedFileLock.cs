namespace TeeTee.Inference.Models.Packed;

/// <summary>
/// Lets one process at a time make a packed file, so that several that start together do not all do the work. It ends with its process.
/// Only a courtesy: without it every process would still write a file of its own and put it in place at once.
/// </summary>
internal sealed class PackedFileLock : IDisposable
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _file;

    private PackedFileLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock of a packed file.</summary>
    /// <exception cref="IOException">The folder does not take files.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public static PackedFileLock Acquire(string path, Action<string>? say, CancellationToken cancellationToken)
    {
        for (bool said = false; ; said = true)
        {
            try
            {
                return new PackedFileLock(new FileStream(
                    path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
            }
            catch (IOException exception) when (IsHeld(exception))
            {
                if (!said)
                    say?.Invoke($"Another process is making {path}; waiting for it.");
                cancellationToken.WaitHandle.WaitOne(s_pause);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The error of a file that somebody holds: EWOULDBLOCK of Linux and of BSD, ERROR_SHARING_VIOLATION.</summary>
    private static bool IsHeld(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);
}
