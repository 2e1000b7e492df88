using TeeTee.Inference.Gguf;
using TeeTee.Primitives;

namespace TeeTee.Inference.Models.Packed;

/// <summary>What a packed file remembers of the model file that it was made of: cheap to compare, and another for every change that goes through a file system.</summary>
/// <param name="Length">Bytes of the file.</param>
/// <param name="WrittenTicks">Its last modification, in ticks of UTC.</param>
/// <param name="Metadata">SHA-256 of everything before the tensors' bytes.</param>
/// <param name="Sample">SHA-256 of pieces spread evenly over the tensors' bytes, or of all of them where they are few.</param>
internal readonly record struct SourceStamp(long Length, long WrittenTicks, Bytes32 Metadata, Bytes32 Sample)
{
    private const int Pieces = 256;
    private const int PieceBytes = 4096;

    /// <summary>The stamp of a file on disk as it is now; null for one that is in memory.</summary>
    public static SourceStamp? Of(GgufFile file) => file.Written is { } written
        ? new SourceStamp(file.Length, written.Ticks, Hash(file, 0, file.MetadataLength), HashSample(file))
        : null;

    /// <summary>The content without the date: what a copy of the file has too.</summary>
    public Bytes32 Content
    {
        get
        {
            Span<byte> bytes = stackalloc byte[2 * Bytes32.Size];
            Metadata.CopyTo(bytes);
            Sample.CopyTo(bytes[Bytes32.Size..]);
            return Sha256.Hash(bytes);
        }
    }

    private static Bytes32 HashSample(GgufFile file)
    {
        long first = file.MetadataLength;
        long last = file.Length - PieceBytes;
        if (file.Length - first <= (long)Pieces * PieceBytes)
            return Hash(file, first, file.Length);
        using Sha256 hash = new();
        byte[] piece = new byte[PieceBytes];
        for (int i = 0; i < Pieces; i++)
        {
            file.ReadBytes(first + (last - first) * i / (Pieces - 1), piece);
            hash.Append(piece);
        }
        return hash.Finish();
    }

    private static Bytes32 Hash(GgufFile file, long start, long end)
    {
        using Sha256 hash = new();
        byte[] buffer = new byte[(int)Math.Min(1 << 20, end - start)];
        for (long at = start; at < end; at += buffer.Length)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - at));
            file.ReadBytes(at, part);
            hash.Append(part);
        }
        return hash.Finish();
    }
}
