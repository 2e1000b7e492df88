using TeeTee.Inference.Models.Packed;

namespace TeeTee.Inference.Models;

/// <summary>How <see cref="ModelStore"/> opens models.</summary>
public sealed record ModelStoreOptions
{
    /// <summary>False reads and hashes the model file each time and writes nothing.</summary>
    public bool UseCache { get; init; } = true;

    /// <summary>Where packed files lie; null is beside each model file.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Weights of fewer bytes than this are packed each time, which takes less than a second, so that small models leave no second file.</summary>
    public long LeastBytes { get; init; } = 64L << 20;

    /// <summary>Threads that pack and hash.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Told about every stretch of work, often; on the thread that works.</summary>
    public IProgress<LoadProgress>? Progress { get; init; }

    /// <summary>Told in one sentence what went wrong with a packed file, and what is done about it.</summary>
    public Action<string>? Warning { get; init; }

    /// <summary>Reads the model file alone.</summary>
    internal static ModelStoreOptions Direct { get; } = new() { UseCache = false };

    /// <summary>Creates the file that is written.</summary>
    internal Func<string, IPackedOutput> CreateOutput { get; init; } = static path => new FileOutput(path);
}
