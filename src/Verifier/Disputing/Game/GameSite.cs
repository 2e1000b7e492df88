using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Verifier.Disputing;

/// <summary>The dispute contracts at one block that every node has: everything that one decision rests on is read there.</summary>
/// <param name="Pin">The block.</param>
/// <param name="Kinds">The contracts by kind; those that the hub lacks are absent.</param>
/// <param name="Window">Seconds in which a batch can be accused.</param>
internal sealed record GameSite(BlockHeader Pin, IReadOnlyDictionary<DisputeKind, Address> Kinds, ulong Window)
{
    /// <summary>The block, by its hash.</summary>
    public BlockTag At { get; } = BlockTag.Hash(Pin.Hash);

    /// <summary>The chain's time, Unix seconds.</summary>
    public ulong Now => Pin.Timestamp;

    /// <summary>The contract of disputes about computations.</summary>
    public Address Game => Kinds[DisputeKind.Game];
}
