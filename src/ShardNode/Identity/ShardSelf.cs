using TeeTee.Primitives;
using TeeTee.Rollup.Messages;
using TeeTee.Rollup.Requests;
using TeeTee.ShardProtocol.Mapping;
using TeeTee.ShardProtocol.V1;
using WireIdentity = TeeTee.ShardProtocol.V1.Identity;
using WireLimits = TeeTee.ShardProtocol.V1.Limits;

namespace TeeTee.ShardNode.Identity;

/// <summary>What this shard is, as others see it. Never changes while it runs.</summary>
internal sealed record ShardSelf
{
    /// <summary>Version of the wire protocol.</summary>
    public const uint ProtocolVersion = 1;

    public required RollupDomain Domain { get; init; }

    public required Slot Slot { get; init; }

    public required ModelLimits Model { get; init; }

    public required int EmbeddingLength { get; init; }

    public required uint ArithmeticVersion { get; init; }

    public required Address SigningKey { get; init; }

    public required Bytes32 EncryptionKey { get; init; }

    public required TeeType TeeType { get; init; }

    public required ulong EpochSeconds { get; init; }

    public required ShardLimits Limits { get; init; }

    public bool IsFirst => Slot.FirstLayer == 0;

    public WireIdentity ToIdentity() => new()
    {
        ProtocolVersion = ProtocolVersion,
        ChainId = Domain.ChainId,
        Rollup = Domain.Rollup.ToWire(),
        ModelId = Slot.ModelId.ToWire(),
        ArithmeticVersion = ArithmeticVersion,
        SlotId = Slot.SlotId,
    };

    public Hello ToHello() => new()
    {
        Identity = ToIdentity(),
        Operator = Slot.Operator.ToWire(),
        SigningKey = SigningKey.ToWire(),
        Limits = ToLimits(),
    };

    public HandshakeReply ToHandshake() => new()
    {
        Identity = ToIdentity(),
        TeeType = TeeType,
        SigningKey = SigningKey.ToWire(),
        EncryptionKey = EncryptionKey.ToWire(),
        Operator = Slot.Operator.ToWire(),
        FirstLayer = Slot.FirstLayer,
        LayerCount = Slot.LayerCount,
        ContextLength = Model.ContextLength,
        EpochSeconds = checked((uint)EpochSeconds),
        Limits = ToLimits(),
    };

    /// <summary>The first field in which an identity differs, with both values; null if none. The slot is compared with <paramref name="slot"/> if given.</summary>
    public string? Mismatch(WireIdentity? other, uint? slot)
    {
        if (other is null)
            return "No identity was given.";
        return Differ("protocol version", other.ProtocolVersion, ProtocolVersion)
            ?? Differ("chain id", other.ChainId, Domain.ChainId)
            ?? Differ("rollup contract", Shown(other.Rollup), Hex.Encode(Domain.Rollup.ToArray()))
            ?? Differ("model id", Shown(other.ModelId), Hex.Encode(Slot.ModelId.ToArray()))
            ?? Differ("arithmetic version", other.ArithmeticVersion, ArithmeticVersion)
            ?? (slot is { } expected ? Differ("slot id", other.SlotId, expected) : null);
    }

    /// <summary>Positions that fit one Hidden frame under these limits.</summary>
    public static int FramePositions(int positions, long messageBytes, int embeddingLength) =>
        (int)Math.Max(1, Math.Min(positions, (messageBytes - 4096) / (embeddingLength * (long)sizeof(float))));

    // What is no hash or address is not repeated: a message can have megabytes.
    private static string Shown(Google.Protobuf.ByteString value) => value.Length <= Bytes32.Size ? Hex.Encode(value.Span) : $"{value.Length} bytes";

    private static string? Differ<T>(string field, T theirs, T ours)
        where T : IEquatable<T> => theirs.Equals(ours) ? null : $"The {field} is {theirs} there and {ours} here.";

    private WireLimits ToLimits() => new()
    {
        MaxConcurrentJobs = (uint)Limits.MaxConcurrentJobs,
        MaxMessageBytes = (uint)Limits.MaxMessageBytes,
        MaxPositionsPerFrame = (uint)FramePositions(Limits.MaxPositionsPerFrame, Limits.MaxMessageBytes, EmbeddingLength),
        SessionIdleSeconds = (uint)Math.Max(1, Limits.SessionIdle.TotalSeconds),
        VocabularySize = Model.VocabularySize,
        EmbeddingLength = (uint)EmbeddingLength,
        ModelLayerCount = Model.LayerCount,
    };
}
