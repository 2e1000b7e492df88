using System.Runtime.InteropServices;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// Memory outside the collector's heap, aligned to 64 bytes, not cleared; from <see cref="HugeFrom"/> bytes on in huge pages where the
/// system has them. Its owner disposes it once and hands out no pointer afterwards.
/// </summary>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    /// <summary>Smaller buffers stay in the allocator's pages: they hardly touch more of them than the processor remembers.</summary>
    public const long HugeFrom = 2 * NativePages.HugePage;

    private const int Alignment = 64;

    private readonly NativePages.Mapping _mapping;

    public NativeBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        long bytes = checked(Math.Max(length, 1) * sizeof(T));
        Pointer = NativePages.IsSupported && bytes >= HugeFrom
            ? (T*)NativePages.Allocate(bytes, out _mapping)
            : (T*)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
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

    /// <summary>The address of an element; valid until Dispose.</summary>
    public nint AddressOf(long index)
    {
        ObjectDisposedException.ThrowIf(Pointer is null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((ulong)index, (ulong)Length, nameof(index));
        return (nint)(Pointer + index);
    }

    public void Dispose()
    {
        if (_mapping.Length == 0)
            NativeMemory.AlignedFree(Pointer);
        else if (Pointer is not null)
            NativePages.Free(_mapping);
        Pointer = null;
    }
}
