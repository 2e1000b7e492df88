using System.Runtime.InteropServices;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// Memory outside the collector's heap, aligned to 64 bytes, not cleared. Its owner disposes it once and hands out no pointer afterwards.
/// </summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private const int Alignment = 64;

    public NativeBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        Pointer = (T*)NativeMemory.AlignedAlloc(checked((nuint)Math.Max(length, 1) * (nuint)sizeof(T)), Alignment);
    }

    public long Length { get; }

    /// <summary>The first element; null after Dispose.</summary>
    public T* Pointer { get; private set; }

    /// <summary>Elements [start, start + length).</summary>
    public Span<T> Slice(long start, int length)
    {
        ObjectDisposedException.ThrowIf(Pointer is null, this);
        if (start < 0 || length < 0 || start + length > Length)
            throw new ArgumentOutOfRangeException(nameof(start), start, $"{length} elements from there pass the end at {Length}.");
        return new Span<T>(Pointer + start, length);
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Pointer);
        Pointer = null;
    }
}
