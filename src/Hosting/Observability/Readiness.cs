using System.Collections.Concurrent;

namespace TeeTee.Hosting.Observability;

/// <summary>What still keeps a service from taking work: each part reports its own obstacle, and none means ready.</summary>
public sealed class Readiness
{
    private readonly ConcurrentDictionary<string, string> _obstacles = new(StringComparer.Ordinal);

    /// <summary>True when no part reports an obstacle.</summary>
    public bool IsReady => _obstacles.IsEmpty;

    /// <summary>The obstacles by part, for <c>/readyz</c> and for people.</summary>
    public IReadOnlyDictionary<string, string> Obstacles => _obstacles;

    /// <summary>Reports that <paramref name="part"/> cannot work now, and why.</summary>
    public void Block(string part, string reason) => _obstacles[part] = reason;

    /// <summary>Reports that <paramref name="part"/> works.</summary>
    public void Clear(string part) => _obstacles.TryRemove(part, out _);
}
