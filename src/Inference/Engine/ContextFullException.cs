namespace TeeTee.Inference.Engine;

/// <summary>A session has no room for the positions asked for; nothing was computed and the session stands as before.</summary>
public sealed class ContextFullException(int position, int requested, int capacity)
    : Exception($"{requested} more positions after {position} pass the session's {capacity}.")
{
    /// <summary>Positions already held.</summary>
    public int Position { get; } = position;

    /// <summary>Positions asked for.</summary>
    public int Requested { get; } = requested;

    /// <summary>Positions that the session was made for.</summary>
    public int Capacity { get; } = capacity;
}
