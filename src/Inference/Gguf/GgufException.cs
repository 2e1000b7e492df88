namespace TeeTee.Inference.Gguf;

/// <summary>A GGUF file is damaged, or lacks what was asked of it.</summary>
public sealed class GgufException : Exception
{
    /// <summary>A fault of a stage at a file offset.</summary>
    public GgufException(GgufStage stage, long offset, string cause)
        : base($"GGUF {stage} at byte {offset}: {cause}") => (Stage, Offset, Cause) = (stage, offset, cause);

    /// <summary>Where in the file's structure.</summary>
    public GgufStage Stage { get; }

    /// <summary>Where in bytes from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>What is wrong.</summary>
    public string Cause { get; }
}
