using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using TeeTee.Inference.Kernels.Emission;

namespace TeeTee.Inference.Diagnostics;

/// <summary>The instruction sets that kernels ask for. One that is switched off for this process counts as missing.</summary>
internal static class InstructionSets
{
    public static IReadOnlyDictionary<string, bool> Find() => X86Base.IsSupported ? OfX86() : ArmBase.IsSupported ? OfArm() : new Dictionary<string, bool>();

    private static Dictionary<string, bool> OfX86() => new()
    {
        ["avx2"] = Avx2.IsSupported,
        ["fma"] = Fma.IsSupported,
        ["avxVnni"] = AvxVnni.IsSupported,
        ["avx512f"] = Avx512F.IsSupported,
        ["avx512bw"] = Avx512BW.IsSupported,
        ["avx512vl"] = Avx512F.VL.IsSupported,
        ["avx512Vnni"] = X86Features.HasAvx512Vnni,
    };

    private static Dictionary<string, bool> OfArm() => new()
    {
        ["advSimd"] = AdvSimd.IsSupported,
        ["dp"] = Dp.IsSupported,
    };
}
