namespace TeeTee.Attestation.Sources;

/// <summary>The kernel's configfs. No buffers: one call here is one system call, which is what the interface is defined by.</summary>
internal sealed class TsmFileSystem : ITsmFileSystem
{
    public void CreateEntry(string path)
    {
        string parent = Path.GetDirectoryName(path)!;
        // Making the parents too would hide that configfs is not mounted.
        if (!Directory.Exists(parent))
            throw new DirectoryNotFoundException($"{parent} is absent.");
        Directory.CreateDirectory(path);
    }

    public void RemoveEntry(string path) => Directory.Delete(path, recursive: false);

    public byte[] Read(string path, int mostBytes)
    {
        using FileStream stream = Open(path, FileAccess.Read);
        byte[] content = new byte[mostBytes + 1];
        int length = 0;
        for (int read; length < content.Length && (read = stream.Read(content, length, content.Length - length)) > 0;)
            length += read;
        return length <= mostBytes ? content[..length] : throw new IOException($"{path} has more than {mostBytes} bytes.");
    }

    public void Write(string path, ReadOnlySpan<byte> content)
    {
        using FileStream stream = Open(path, FileAccess.Write);
        stream.Write(content);
    }

    private static FileStream Open(string path, FileAccess access) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = access,
        Share = FileShare.ReadWrite,
        BufferSize = 0,
    });
}
