using System.Runtime.InteropServices;

namespace TeeTee.Inference.Kernels;

/// <summary>
/// Anonymous memory of Linux in pages of 2 MiB where the kernel grants them (transparent huge pages; a refusal costs speed only).
/// Streaming weights through 4 KiB pages loses 6 to 20 % of the memory's speed to address translation.
/// </summary>
internal static unsafe partial class NativePages
{
    /// <summary>Bytes of a huge page on x86-64 and on Arm64 with 4 KiB base pages.</summary>
    public const long HugePage = 2 << 20;

    private const int ReadWrite = 0x1 | 0x2;
    private const int PrivateAnonymous = 0x02 | 0x20;
    private const int AdviseHugePage = 14;

    /// <summary>True where buffers of several MiB should come from here.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux();

    /// <summary>Maps zeroed memory that starts at a huge page.</summary>
    /// <param name="bytes">Bytes wanted.</param>
    /// <param name="mapping">What <see cref="Free"/> takes back.</param>
    /// <exception cref="OutOfMemoryException">The system refused.</exception>
    public static byte* Allocate(long bytes, out Mapping mapping)
    {
        nuint length = checked((nuint)bytes + (nuint)HugePage);
        byte* start = Map(null, length, ReadWrite, PrivateAnonymous, -1, 0);
        if (start == (byte*)-1)
            throw new OutOfMemoryException($"The system did not map {length} bytes (error {Marshal.GetLastPInvokeError()}).");
        mapping = new Mapping((nint)start, length);
        byte* aligned = (byte*)(((nuint)start + (nuint)HugePage - 1) & ~((nuint)HugePage - 1));
        _ = Advise(aligned, (nuint)bytes & ~((nuint)HugePage - 1), AdviseHugePage);
        return aligned;
    }

    public static void Free(Mapping mapping) => _ = Unmap((byte*)mapping.Start, mapping.Length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial byte* Map(byte* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(byte* address, nuint length, int advice);

    /// <summary>A range as the system mapped it; empty where it did not.</summary>
    public readonly record struct Mapping(nint Start, nuint Length);
}
