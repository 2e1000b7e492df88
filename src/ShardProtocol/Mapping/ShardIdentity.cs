using TeeTee.Primitives;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardProtocol.Mapping;

/// <summary>What two peers must agree on.</summary>
public sealed record ShardIdentity(
    uint ProtocolVersion, ulong ChainId, Address Rollup, Bytes32 ModelId, uint ArithmeticVersion, uint SlotId)
{
    /// <summary>The protocol version of this assembly.</summary>
    public const uint CurrentProtocolVersion = 1;

    public static ShardIdentity Read(Identity? wire)
    {
        if (wire is null)
            throw new WireFormatException("identity is absent.");
        return new ShardIdentity(
            wire.ProtocolVersion, wire.ChainId, wire.Rollup.ReadAddress("rollup"), wire.ModelId.ReadHash("model_id"),
            wire.ArithmeticVersion, wire.SlotId);
    }

    public Identity ToWire() => new()
    {
        ProtocolVersion = ProtocolVersion,
        ChainId = ChainId,
        Rollup = Rollup.ToWire(),
        ModelId = ModelId.ToWire(),
        ArithmeticVersion = ArithmeticVersion,
        SlotId = SlotId,
    };

    /// <summary>The first field in which <paramref name="other"/> differs with both values, for FAILED_PRECONDITION; null if none does.</summary>
    /// <param name="withSlot">Whether the slots must be equal (Handshake) or are each side's own (Hello).</param>
    public string? Mismatch(ShardIdentity other, bool withSlot)
    {
        ArgumentNullException.ThrowIfNull(other);
        (string Field, object Ours, object Theirs)[] fields =
        [
            ("protocol version", ProtocolVersion, other.ProtocolVersion),
            ("chain id", ChainId, other.ChainId),
            ("rollup", Rollup, other.Rollup),
            ("model id", ModelId, other.ModelId),
            ("arithmetic version", ArithmeticVersion, other.ArithmeticVersion),
            ("slot", withSlot ? SlotId : 0, withSlot ? other.SlotId : 0),
        ];
        foreach ((string field, object ours, object theirs) in fields)
        {
            if (!ours.Equals(theirs))
                return $"The {field} is {ours} here and {theirs} there.";
        }

        return null;
    }
}
