namespace TeeTee.Primitives;

/// <summary>Data from outside does not have the form it must have. The message names what was read and where.</summary>
public sealed class MalformedDataException : Exception
{
    public MalformedDataException(string message)
        : base(message)
    {
    }

    public MalformedDataException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Reading <paramref name="what"/> at <paramref name="offset"/> ran past the end.</summary>
    public MalformedDataException(string what, int offset, long needed, long available)
        : base($"{what} at offset {offset} needs {needed} bytes, {available} are available.")
    {
    }
}
