namespace TeeTee.Inference.Gguf;

/// <summary>How <see cref="GgufWriter.Write"/> goes about its work; the bytes do not depend on it.</summary>
public sealed record GgufWriteOptions
{
    /// <summary>Threads that make rows and write them.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Whether a file of that name may be replaced.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Told the bytes of tensors written so far, from any thread.</summary>
    public IProgress<long>? Progress { get; init; }
}
