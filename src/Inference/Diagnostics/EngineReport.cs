using System.Runtime.InteropServices;
using TeeTee.Inference.Kernels;

namespace TeeTee.Inference.Diagnostics;

/// <summary>What the engine finds on this machine and takes.</summary>
/// <param name="Architecture">Of this process, such as <c>X64</c>.</param>
/// <param name="Processors">Threads that the system lets this process use.</param>
/// <param name="Features">Instruction sets that kernels use, by name, in the runtime's view.</param>
/// <param name="HugePages">The system's setting for huge pages: <c>always</c>, <c>madvise</c>, <c>never</c> or <c>unknown</c>.</param>
/// <param name="MatrixKernels">Kernels of matrix products, fastest first.</param>
/// <param name="VectorKernels">Kernels of the other operators, fastest first.</param>
/// <param name="Chosen">The kernels taken, as services report them.</param>
public sealed record EngineReport(
    string Architecture,
    int Processors,
    IReadOnlyDictionary<string, bool> Features,
    string HugePages,
    IReadOnlyList<KernelReport> MatrixKernels,
    IReadOnlyList<KernelReport> VectorKernels,
    string Chosen)
{
    /// <summary>Looks at this process.</summary>
    public static EngineReport Create(KernelPreference preference) => new(
        RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        InstructionSets.Find(),
        HugePageSetting.Read(),
        Kernels(KernelCatalog.Matrix),
        Kernels(KernelCatalog.Vectors),
        KernelSet.For(preference).Name);

    private static KernelReport[] Kernels<T>(IEnumerable<KernelOption<T>> options)
        where T : class => [.. options.Select(option => new KernelReport(option.Name, option.Kernel is not null, option.Missing))];
}
