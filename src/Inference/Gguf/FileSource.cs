using Microsoft.Win32.SafeHandles;

namespace TeeTee.Inference.Gguf;

/// <summary>
/// Positioned reads of a file on disk; safe from several threads. Not a mapping: reading is as fast, and a file that another process cuts
/// off is an exception here and the end of the process there (docs/decisions/0014).
/// </summary>
internal sealed class FileSource(SafeFileHandle handle) : IGgufSource
{
    public long Length { get; } = RandomAccess.GetLength(handle);

    public DateTime? Written { get; } = File.GetLastWriteTimeUtc(handle);

    public void Read(long offset, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int read = RandomAccess.Read(handle, destination, offset);
            if (read == 0)
                throw new EndOfStreamException($"The file ended at byte {offset} while it was being read.");
            destination = destination[read..];
            offset += read;
        }
    }

    public void Dispose() => handle.Dispose();
}
