namespace TeeTee.Inference.Kernels;

/// <summary>A kernel of this build, and whether this machine can run it.</summary>
/// <param name="Name">As in reports.</param>
/// <param name="Kernel">Null where it cannot run.</param>
/// <param name="Missing">What it lacks; null where it can run.</param>
internal sealed record KernelOption<T>(string Name, T? Kernel, string? Missing)
    where T : class
{
    public static KernelOption<T> When(bool supported, string name, string missing, Func<T> create) =>
        supported ? new(name, create(), null) : new(name, null, missing);
}
