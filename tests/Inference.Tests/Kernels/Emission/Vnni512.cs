using TeeTee.Inference.Kernels.Emission;

namespace TeeTee.Inference.Tests.Kernels.Emission;

/// <summary>Where the emitted programs cannot run, a test of them counts as skipped.</summary>
internal static class Vnni512
{
    public static string? Missing => EmittedPrograms.TryGet(out string missing) is null ? missing : null;
}

internal sealed class Vnni512FactAttribute : FactAttribute
{
    public Vnni512FactAttribute() => Skip = Vnni512.Missing;
}

internal sealed class Vnni512TheoryAttribute : TheoryAttribute
{
    public Vnni512TheoryAttribute() => Skip = Vnni512.Missing;
}
