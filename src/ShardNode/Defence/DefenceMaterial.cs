using TeeTee.Inference.Engine;
using TeeTee.Primitives;
using TeeTee.ShardNode.Faults;

namespace TeeTee.ShardNode.Defence;

/// <summary>What a disputed position is computed again from. Holds secrets of sealed jobs; dispose it as soon as the list is made.</summary>
public sealed class DefenceMaterial : IDisposable
{
    /// <summary>The layers of the slot.</summary>
    public required ShardModel Model { get; init; }

    /// <summary>[(p + 1) x embedding length]: what entered the slot at positions 0..p.</summary>
    public required ReadOnlyMemory<float> HiddenIn { get; init; }

    /// <summary>leaf(0..T-1) as signed.</summary>
    public required IReadOnlyList<Bytes32> Leaves { get; init; }

    /// <summary>Ids of positions 0..T.</summary>
    public required uint[] Tokens { get; init; }

    /// <summary>Of a sealed job; null for a public one.</summary>
    public CommitmentSalts? Salts { get; init; }

    /// <summary>What the shard did wrong on purpose; null, but on development networks.</summary>
    internal JobFault? Cheat { get; init; }

    /// <summary>What has to be cleared.</summary>
    internal IDisposable? Secret { get; init; }

    /// <inheritdoc/>
    public void Dispose() => Secret?.Dispose();
}
