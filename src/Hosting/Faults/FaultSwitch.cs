namespace TeeTee.Hosting.Faults;

/// <summary>
/// The fault that a service commits now, if any. In the options of a service; a test turns it while the service runs, so that one network can
/// commit one fault after another. Null in the options means that the service can commit none. Thread-safe.
/// </summary>
public sealed class FaultSwitch
{
    private Fault? _active;

    public FaultSwitch(Fault? active = null) => _active = active;

    /// <summary>Jobs that begin, and batches that are built, from now on.</summary>
    public Fault? Active
    {
        get => Volatile.Read(ref _active);
        set => Volatile.Write(ref _active, value);
    }

    /// <summary>Whether this fault is committed now.</summary>
    public bool Is(FaultKind kind) => Active?.Kind == kind;
}
