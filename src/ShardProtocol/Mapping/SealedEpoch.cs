using System.Collections.Immutable;
using Google.Protobuf;
using TeeTee.Primitives;
using TeeTee.Rollup.Batches;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Poea;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardProtocol.Mapping;

/// <summary>A sealed epoch of a slot: its receipts' digests and the quote over them.</summary>
public sealed record SealedEpoch(QuoteItem Quote, ImmutableArray<Bytes32> ReceiptDigests, TeeType TeeType)
{
    /// <summary>Reads an epoch whose digests are ascending and give its execution root. The quote is not verified.</summary>
    public static SealedEpoch Read(EpochRecord wire)
    {
        ArgumentNullException.ThrowIfNull(wire);
        ImmutableArray<Bytes32> digests = [.. wire.ReceiptDigests.Select(d => d.ReadHash("receipt_digests"))];
        for (int i = 1; i < digests.Length; i++)
        {
            if (digests[i - 1] >= digests[i])
                throw new WireFormatException($"receipt_digests are not ascending at {i}.");
        }

        Bytes32 root = wire.ExecutionRoot.ReadHash("execution_root");
        if (digests.IsEmpty || new ExecutionTree(digests).Root != root)
            throw new WireFormatException($"execution_root {root} is not that of the {digests.Length} receipts.");
        QuoteRecord record = new(
            wire.ModelId.ReadHash("model_id"), wire.SlotId, wire.Operator.ReadAddress("operator"), wire.Epoch, root,
            wire.SigningKey.ReadAddress("signing_key"), wire.EncryptionKey.ReadHash("encryption_key"), Keccak256.Hash(wire.Quote.Span));
        return new SealedEpoch(new QuoteItem(record, wire.Quote.Memory), digests, wire.TeeType);
    }

    public EpochRecord ToWire()
    {
        EpochRecord wire = new()
        {
            Epoch = Quote.Record.Epoch,
            ExecutionRoot = Quote.Record.ExecutionRoot.ToWire(),
            SigningKey = Quote.Record.SigningKey.ToWire(),
            EncryptionKey = Quote.Record.EncryptionKey.ToWire(),
            Quote = ByteString.CopyFrom(Quote.Quote.Span),
            TeeType = TeeType,
            SlotId = Quote.Record.Slot,
            Operator = Quote.Record.Operator.ToWire(),
            ModelId = Quote.Record.ModelId.ToWire(),
        };
        wire.ReceiptDigests.AddRange(ReceiptDigests.Select(d => d.ToWire()));
        return wire;
    }

    public bool Equals(SealedEpoch? other) =>
        other is not null && TeeType == other.TeeType && Quote == other.Quote && ReceiptDigests.AsSpan().SequenceEqual(other.ReceiptDigests.AsSpan());

    public override int GetHashCode() => Quote.GetHashCode();
}
