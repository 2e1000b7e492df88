using TeeTee.Primitives;
using TeeTee.Rollup.Links;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;

namespace TeeTee.Sequencer.Shards;

/// <summary>Compares what a shard says of itself with what the registry says of its slot. Pure.</summary>
internal static class HandshakeCheck
{
    /// <summary>The key of the shard, or the first field that does not fit with both values.</summary>
    /// <param name="keys">Every key of the slot.</param>
    /// <param name="attested">What the shard proved on its TLS connection; null where links are plain.</param>
    /// <param name="now">Unix seconds.</param>
    /// <exception cref="WireFormatException">A field has another size than shard.proto says.</exception>
    public static (SlotKey? Key, string? Fault) Check(
        HandshakeReply reply, ShardIdentity expected, Slot slot, IReadOnlyList<SlotKey> keys, ListedModel model,
        ulong epochSeconds, bool allowSimulated, ShardClaims? attested, ulong now)
    {
        string? fault = expected.Mismatch(ShardIdentity.Read(reply.Identity), withSlot: true)
            ?? Differ("operator", slot.Operator, reply.Operator.ReadAddress("operator"))
            ?? Differ("first layer", slot.FirstLayer, reply.FirstLayer)
            ?? Differ("layer count", slot.LayerCount, reply.LayerCount)
            ?? Differ("context length", model.ContextLength, reply.ContextLength)
            ?? Differ("epoch length", epochSeconds, (ulong)reply.EpochSeconds)
            ?? Differ("model layer count", model.LayerCount, reply.Limits?.ModelLayerCount ?? 0)
            ?? CheckTee(reply.TeeType, allowSimulated);
        if (fault is not null)
            return (null, fault);
        Address signing = reply.SigningKey.ReadAddress("signing_key");
        Bytes32 encryption = reply.EncryptionKey.ReadHash("encryption_key");
        if (attested is not null)
        {
            ShardClaims said = new(expected.ChainId, expected.Rollup, slot.ModelId, slot.SlotId, slot.Operator, signing, encryption);
            if (said.Mismatch(attested) is { } other)
                return (null, $"The handshake is not its certificate's: {other}.");
        }
        SlotKey? key = keys.LastOrDefault(k => k.SigningKey == signing && k.EncryptionKey == encryption && k.IsValidAt(now / epochSeconds));
        return key is null ? (null, $"The key {signing} is not registered for slot {slot.SlotId} in epoch {now / epochSeconds}.") : (key, null);
    }

    private static string? CheckTee(TeeType type, bool allowSimulated) => type switch
    {
        TeeType.Tdx => null,
        TeeType.SimulatedTdx when allowSimulated => null,
        TeeType.SimulatedTdx => "The shard's quotes are simulated, which this sequencer does not allow.",
        _ => $"The TEE type {(int)type} is unknown.",
    };

    private static string? Differ<T>(string field, T registered, T said)
        where T : IEquatable<T> =>
        registered.Equals(said) ? null : $"The {field} is {registered} in the registry and {said} at the shard.";
}
