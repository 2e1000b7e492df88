using TeeTee.Inference.Models;
using TeeTee.Primitives;
using TeeTee.ShardNode.Defence;

namespace TeeTee.Sequencer.Disputes;

/// <summary>Defence of hosts that have registered this sequencer's defender account (<c>setDefender</c>).</summary>
public sealed record DelegatedDefence
{
    /// <summary>GGUF file of the model.</summary>
    public required string ModelPath { get; init; }

    /// <summary>Where its packed form is kept.</summary>
    public ModelStoreOptions ModelStore { get; init; } = new();

    /// <summary>Its identity.</summary>
    public required Bytes32 ModelId { get; init; }

    /// <summary>The operators that are defended. One defender each, one after the other.</summary>
    public required IReadOnlyList<Address> Operators { get; init; }

    /// <summary>Account, limits and times. The account must not be the one that posts.</summary>
    public required DefenderOptions Defender { get; init; }

    /// <summary>Folder of the ledgers of moves under way.</summary>
    public required string Folder { get; init; }

    /// <summary>Threads that compute.</summary>
    public int Threads { get; init; } = 1;
}
