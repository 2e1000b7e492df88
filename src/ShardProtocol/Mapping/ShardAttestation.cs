using Google.Protobuf;
using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.ShardProtocol.Mapping;

/// <summary>A shard's answer to a challenge. Nothing in it is believed before its quote is verified.</summary>
/// <param name="Nonce">The asker's.</param>
/// <param name="TeeType">What made the quotes, as the shard says.</param>
/// <param name="Slot">The slot that the shard says it is.</param>
/// <param name="SigningKey">Enclave key that signs receipts.</param>
/// <param name="EncryptionKey">X25519 key to which prompts are sealed.</param>
/// <param name="Epoch">Epoch of the shard's clock.</param>
/// <param name="Quote">Over the attestation report data.</param>
/// <param name="LegacyQuote">Over the legacy report data; empty unless asked for.</param>
/// <param name="EventLog">The machine's event log, JSON; empty where its quote source has none.</param>
public sealed record ShardAttestation(
    Bytes32 Nonce, TeeType TeeType, Slot Slot, Address SigningKey, Bytes32 EncryptionKey, ulong Epoch, ReadOnlyMemory<byte> Quote,
    ReadOnlyMemory<byte> LegacyQuote, ReadOnlyMemory<byte> EventLog = default)
{
    /// <summary>Longest quote that is read: eight times the longest ever seen.</summary>
    public const int MostQuoteBytes = 1 << 16;

    /// <summary>Longest event log that is read or sent: real ones have up to 300 kB.</summary>
    public const int MostEventLogBytes = 1 << 19;

    /// <summary>Reads a reply; sizes are checked, nothing else.</summary>
    /// <exception cref="WireFormatException">A field has another size than shard.proto says.</exception>
    public static ShardAttestation Read(GetAttestationReply wire)
    {
        ArgumentNullException.ThrowIfNull(wire);
        Slot slot = new(wire.SlotId, wire.Operator.ReadAddress("operator"), wire.ModelId.ReadHash("model_id"), wire.FirstLayer, wire.LayerCount);
        if (wire.Quote.IsEmpty)
            throw new WireFormatException("quote is absent.");
        return new ShardAttestation(
            wire.Nonce.ReadHash("nonce"), wire.TeeType, slot, wire.SigningKey.ReadAddress("signing_key"), wire.EncryptionKey.ReadHash("encryption_key"),
            wire.Epoch, Bounded(wire.Quote, "quote", MostQuoteBytes), Bounded(wire.LegacyQuote, "legacy_quote", MostQuoteBytes),
            Bounded(wire.EventLog, "event_log", MostEventLogBytes));
    }

    public GetAttestationReply ToWire() => new()
    {
        Nonce = Nonce.ToWire(),
        TeeType = TeeType,
        ModelId = Slot.ModelId.ToWire(),
        SlotId = Slot.SlotId,
        Operator = Slot.Operator.ToWire(),
        FirstLayer = Slot.FirstLayer,
        LayerCount = Slot.LayerCount,
        SigningKey = SigningKey.ToWire(),
        EncryptionKey = EncryptionKey.ToWire(),
        Epoch = Epoch,
        Quote = ByteString.CopyFrom(Quote.Span),
        LegacyQuote = ByteString.CopyFrom(LegacyQuote.Span),
        EventLog = ByteString.CopyFrom(EventLog.Span),
    };

    private static ReadOnlyMemory<byte> Bounded(ByteString bytes, string name, int most) => bytes.Length <= most
        ? bytes.Memory
        : throw new WireFormatException($"{name} has {bytes.Length} bytes, at most {most} are read.");
}
