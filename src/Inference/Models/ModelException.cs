namespace TeeTee.Inference.Models;

/// <summary>A well-formed file holds a model that this version refuses; the message names the key or tensor and why.</summary>
public sealed class ModelException : Exception
{
    /// <summary>A refusal with its reason.</summary>
    public ModelException(string message)
        : base(message)
    {
    }

    /// <summary>A refusal with what led to it.</summary>
    public ModelException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
