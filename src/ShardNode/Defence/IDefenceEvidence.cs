using System.Diagnostics.CodeAnalysis;
using TeeTee.Rollup.Disputes;

namespace TeeTee.ShardNode.Defence;

/// <summary>Where what defends a receipt is kept: a host's own disk, or what was published, for somebody who defends in a host's stead.</summary>
public interface IDefenceEvidence
{
    /// <summary>What the disputed position is computed again from.</summary>
    /// <returns>False with a cause if it is not here; the cause names no content of a job.</returns>
    bool TryFind(DisputeContext context, [NotNullWhen(true)] out DefenceMaterial? material, out string cause);
}
