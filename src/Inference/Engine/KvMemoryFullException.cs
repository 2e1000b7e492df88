namespace TeeTee.Inference.Engine;

/// <summary>There is no room for the keys and values of another session; those that run are not touched.</summary>
public sealed class KvMemoryFullException(int requested, int available, int capacity, long pageBytes)
    : Exception($"{requested} pages of {pageBytes} bytes for keys and values are asked for; {available} of {capacity} are free.")
{
    /// <summary>Pages that the session needs to reach its last position.</summary>
    public int Requested { get; } = requested;

    /// <summary>Pages that nobody holds or has been promised.</summary>
    public int Available { get; } = available;

    /// <summary>Pages of the pool.</summary>
    public int Capacity { get; } = capacity;
}
