using System.Runtime.InteropServices;

namespace TeeTee.Inference.Tests.Kernels;

/// <summary>
/// Memory between two pages that nobody may touch: one byte read or written outside of a span at its start or its end ends the process.
/// Without Linux's calls it is ordinary memory.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int PageBytes = 4096;
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly byte* _mapping;
    private readonly nuint _mapped;
    private readonly byte* _start;
    private readonly int _bytes;

    /// <param name="bytes">Length of the bytes at <see cref="Pointer"/>; spans may be as long as the pages that hold them.</param>
    public GuardedMemory(int bytes)
    {
        _bytes = (bytes + PageBytes - 1) / PageBytes * PageBytes;
        _mapped = (nuint)_bytes + 2 * PageBytes;
        _mapping = OperatingSystem.IsLinux() ? Map(null, _mapped, 0, PrivateAnonymous, -1, 0) : (byte*)NativeMemory.AlignedAlloc(_mapped, PageBytes);
        _start = _mapping + PageBytes;
        if (OperatingSystem.IsLinux() && Protect(_start, (nuint)_bytes, ReadWrite) != 0)
            throw new InvalidOperationException($"No {_bytes} bytes of guarded memory.");
        Pointer = _start + _bytes - bytes;
    }

    /// <summary>The bytes that end right before a guard page.</summary>
    public byte* Pointer { get; }

    /// <summary>A copy that begins right behind a guard page.</summary>
    public Span<T> AtStart<T>(ReadOnlySpan<T> values)
        where T : unmanaged => Copy(values, _start);

    /// <summary>A copy that ends right before a guard page, aligned to no more than its elements.</summary>
    public Span<T> AtEnd<T>(ReadOnlySpan<T> values)
        where T : unmanaged => Copy(values, _start + _bytes - values.Length * sizeof(T));

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
            _ = Unmap(_mapping, _mapped);
        else
            NativeMemory.AlignedFree(_mapping);
    }

    private Span<T> Copy<T>(ReadOnlySpan<T> values, byte* target)
        where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length * sizeof(T), _bytes);
        Span<T> copy = new(target, values.Length);
        values.CopyTo(copy);
        return copy;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(void* address, nuint length);
}
