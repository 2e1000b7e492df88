using System.Runtime.InteropServices;

namespace TeeTee.Inference.Tests.Support;

/// <summary>Bytes with a page before the first and a page behind the last that end the process when touched (Linux).</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int Page = 4096;
    private const int ReadWrite = 3;
    private const int PrivateAnonymous = 0x22;

    private readonly byte* _mapping;
    private readonly nuint _length;

    /// <param name="bytes">Length of the bytes, which end where the last page begins.</param>
    public GuardedMemory(int bytes)
    {
        int inside = (bytes + Page - 1) / Page * Page;
        _length = (nuint)(inside + 2 * Page);
        _mapping = Map(null, _length, 0, PrivateAnonymous, -1, 0);
        if (_mapping == (byte*)-1 || Protect(_mapping + Page, (nuint)inside, ReadWrite) != 0)
            throw new OutOfMemoryException();
        Pointer = _mapping + Page + inside - bytes;
    }

    public byte* Pointer { get; }

    public void Dispose() => _ = Unmap(_mapping, _length);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(byte* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint length);
}
