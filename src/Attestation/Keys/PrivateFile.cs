namespace TeeTee.Attestation.Keys;

/// <summary>
/// Files that hold private keys: written whole, readable by their owner only (mode 600), and created by exactly one
/// of several processes that try at once.
/// </summary>
internal static class PrivateFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates the file unless it exists; a reader never sees half of it.</summary>
    /// <returns>False where another process was first.</returns>
    public static bool TryCreate(string path, ReadOnlySpan<byte> content)
    {
        string temporary = WriteTemporary(path, content, ownerOnly: true);
        try
        {
            File.Move(temporary, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            return false;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Puts a public file in place, whole, whoever else does the same.</summary>
    public static void WritePublic(string path, ReadOnlySpan<byte> content) =>
        File.Move(WriteTemporary(path, content, ownerOnly: false), path, overwrite: true);

    /// <summary>Reads a private file.</summary>
    /// <exception cref="InvalidOperationException">Group or others may access the file.</exception>
    public static byte[] Read(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
            throw new InvalidOperationException(
                $"{path} holds a private key and has mode {File.GetUnixFileMode(path)}; make it 600.");
        return File.ReadAllBytes(path);
    }

    private static string WriteTemporary(string path, ReadOnlySpan<byte> content, bool ownerOnly)
    {
        string full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        string temporary = $"{full}.{Guid.NewGuid():N}.tmp";
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (ownerOnly && !OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using FileStream stream = new(temporary, options);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
        return temporary;
    }
}
