using Google.Protobuf;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardProtocol.Mapping;

/// <summary>What one slot commits to about one job: its signed receipt and its leaf list.</summary>
public sealed record SlotResult(Signed<ShardReceipt> Receipt, ReadOnlyMemory<byte> Leaves)
{
    /// <summary>Reads a result whose leaf list has one leaf per position of the receipt.</summary>
    public static SlotResult Read(ShardResult wire)
    {
        ArgumentNullException.ThrowIfNull(wire);
        Signed<ShardReceipt> receipt = wire.Receipt.Read<ShardReceipt>("receipt");
        long expected = (long)receipt.Message.Positions * Bytes32.Size;
        return wire.Leaves.Length == expected
            ? new SlotResult(receipt, wire.Leaves.Memory)
            : throw new WireFormatException($"leaves has {wire.Leaves.Length} bytes; {receipt.Message.Positions} positions have {expected}.");
    }

    public ShardResult ToWire() => new() { Receipt = Receipt.ToWire(), Leaves = ByteString.CopyFrom(Leaves.Span) };

    public bool Equals(SlotResult? other) => other is not null && Receipt == other.Receipt && Leaves.Span.SequenceEqual(other.Leaves.Span);

    public override int GetHashCode() => Receipt.GetHashCode();
}
