using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace TeeTee.Inference.Kernels.Emission;

/// <summary>What emitted code needs of this machine and .NET does not tell.</summary>
internal static class X86Features
{
    private const int VnniBit = 11;

    /// <summary>
    /// VPDPBUSD with EVEX prefix in both widths. CPUID.7.0:ECX[11] is AVX512_VNNI; that the system keeps the registers, and that nobody
    /// switched AVX-512 off for this process (DOTNET_EnableAVX512=0), is what .NET's own switches say.
    /// </summary>
    public static bool HasAvx512Vnni =>
        Avx512F.IsSupported && Avx512F.VL.IsSupported && (X86Base.CpuId(7, 0).Ecx >> VnniBit & 1) == 1;

    /// <summary>Emitted code follows the System V calling convention and asks Linux for its memory.</summary>
    public static bool IsLinuxX64 => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;
}
