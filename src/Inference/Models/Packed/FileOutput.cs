using Microsoft.Win32.SafeHandles;

namespace TeeTee.Inference.Models.Packed;

/// <summary>A file that must not exist yet.</summary>
internal sealed class FileOutput(string path) : IPackedOutput
{
    private readonly SafeFileHandle _handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);

    public void Write(long offset, ReadOnlySpan<byte> bytes) => RandomAccess.Write(_handle, bytes, offset);

    public void Finish(long length)
    {
        RandomAccess.SetLength(_handle, length);
        RandomAccess.FlushToDisk(_handle);
    }

    public void Dispose() => _handle.Dispose();
}
