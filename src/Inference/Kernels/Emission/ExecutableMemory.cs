using System.ComponentModel;
using System.Runtime.InteropServices;

namespace TeeTee.Inference.Kernels.Emission;

/// <summary>
/// Machine code in memory of its own: written while it may be written and not executed, then executed while it may no longer be written.
/// It lives as long as the process, because threads may be inside at any time.
/// </summary>
internal static unsafe partial class ExecutableMemory
{
    private const int Read = 1, Write = 2, Execute = 4;
    private const int PrivateAnonymous = 0x22;
    private const nint Failed = -1;

    /// <summary>Publishes the code and returns its address, aligned to a page.</summary>
    /// <exception cref="Win32Exception">The system refuses memory, or refuses to make it executable; the message is its own.</exception>
    public static nint Publish(ReadOnlySpan<byte> code)
    {
        nint address = Map(0, (nuint)code.Length, Read | Write, PrivateAnonymous, -1, 0);
        if (address == Failed)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        code.CopyTo(new Span<byte>((void*)address, code.Length));
        if (Protect(address, (nuint)code.Length, Read | Execute) != 0)
        {
            Win32Exception refusal = new(Marshal.GetLastPInvokeError());
            _ = Unmap(address, (nuint)code.Length);
            throw refusal;
        }
        return address;
    }

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint address, nuint length);
}
