namespace TeeTee.Inference.HuggingFace;

/// <summary>A Hugging Face directory is damaged, incomplete, or holds a model that this version does not import.</summary>
public sealed class HuggingFaceException : Exception
{
    /// <summary>A fault in a file, with what was being read.</summary>
    public HuggingFaceException(string file, HuggingFaceStage stage, string cause, Exception? inner = null)
        : base($"{file} ({stage}): {cause}", inner) => (File, Stage, Cause) = (file, stage, cause);

    /// <summary>The file's name within the directory.</summary>
    public string File { get; }

    /// <summary>What was being read.</summary>
    public HuggingFaceStage Stage { get; }

    /// <summary>What is wrong; names key or tensor.</summary>
    public string Cause { get; }
}
