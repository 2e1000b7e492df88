using TeeTee.Hosting.Failures;

namespace TeeTee.Hosting.Storage;

/// <summary>
/// That one process at a time uses a state folder: an exclusive lock on its file <c>lock</c>, which the system lets go when the process ends, in
/// whatever way. The file stays; it holds nothing.
/// </summary>
public sealed class FolderLock : IDisposable
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "lock";

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Takes the folder.</summary>
    /// <exception cref="FailureException"><c>state_in_use</c>: another process has it; <c>state_unusable</c>: the file cannot be made.</exception>
    public static FolderLock Take(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            Directory.CreateDirectory(folder);
            return new FolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new FailureException(ExitCode.Configuration, "state_unusable", $"{path} cannot be written: {fault.Message}", fault);
        }
        catch (IOException fault)
        {
            throw new FailureException(ExitCode.Configuration, "state_in_use",
                $"{folder} is in use by another process, or cannot be locked: {fault.Message}. Give each service its own state folder.", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
