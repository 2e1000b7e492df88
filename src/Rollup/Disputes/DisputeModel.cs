using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>
/// The configuration of a model as the contract knows it (protocol section 3), and the shapes that follow from it. The members are those of
/// <c>ModelConfig</c> in contracts/src/types/Types.sol, in its order; `configHash` is the hash of their ABI encoding.
/// </summary>
public sealed record DisputeModel(
    uint Architecture, uint VocabularySize, uint EmbeddingLength, uint FeedForwardLength, uint LayerCount, uint HeadCount,
    uint KvHeadCount, uint HeadDimension, uint RopeDimensions, uint ContextLength, uint RmsEpsilonBits, uint AttentionScaleBits,
    uint RopePairing, bool TiedOutput)
{
    /// <summary>The architecture whose operators are those of <see cref="DisputeOperator"/>.</summary>
    public const uint Llama = 1;

    /// <summary>Positions of a job that can be disputed in version 1: p is below.</summary>
    public const uint MaxPositions = 8192;

    // Salts have room for 4,096 units of an operator.
    private const int MaxUnits = 4096;
    private const uint MaxLength = 1 << 24;

    internal const string Tuple =
        "(uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,uint32,bool)";

    private static readonly AbiType s_type = AbiType.Parse(Tuple);

    /// <summary>`configHash` of protocol section 3.</summary>
    public Bytes32 Hash => Keccak256.Hash(AbiCodec.Encode([s_type], [ToTuple()]));

    /// <summary>The RMSNorm epsilon.</summary>
    public float Epsilon => BitConverter.UInt32BitsToSingle(RmsEpsilonBits);

    /// <summary>The factor on attention scores.</summary>
    public float AttentionScale => BitConverter.UInt32BitsToSingle(AttentionScaleBits);

    /// <summary>True where elements i and i + n/2 are rotated together, false for 2i and 2i + 1.</summary>
    public bool IsHalfSplit => RopePairing == 1;

    /// <summary>Elements of all query heads: QL.</summary>
    public int QueryLength => (int)(HeadCount * HeadDimension);

    /// <summary>Elements of all key heads: KL.</summary>
    public int KvLength => (int)(KvHeadCount * HeadDimension);

    /// <summary>
    /// Whether every operator of the model is one of <see cref="DisputeOperator"/> and its shapes are within what proofs can hold. Jobs of
    /// other models are refused as disputable.
    /// </summary>
    public bool IsDisputable =>
        Architecture == Llama && RopePairing <= 1 && HasSaneLengths && HeadCount % KvHeadCount == 0
        && RopeDimensions % 2 == 0 && RopeDimensions <= HeadDimension && FitsSegments;

    private bool HasSaneLengths =>
        IsLength(VocabularySize) && IsLength(EmbeddingLength) && IsLength(FeedForwardLength) && LayerCount is >= 1 and <= 1024
        && HeadCount is >= 1 and <= 1024 && KvHeadCount is >= 1 and <= 1024 && HeadDimension is >= 1 and <= 1024 && IsLength(ContextLength);

    private bool FitsSegments =>
        new[] { EmbeddingLength, (uint)QueryLength, FeedForwardLength }.All(columns => OperatorShapes.MatrixSegment((int)columns) > 0)
        && Enum.GetValues<DisputeOperator>().Where(o => o != DisputeOperator.None).All(o => this.UnitsOf(o) <= MaxUnits);

    /// <summary>The members as the ABI codec takes them.</summary>
    public object[] ToTuple() =>
    [
        Architecture, VocabularySize, EmbeddingLength, FeedForwardLength, LayerCount, HeadCount, KvHeadCount, HeadDimension,
        RopeDimensions, ContextLength, RmsEpsilonBits, AttentionScaleBits, RopePairing, TiedOutput,
    ];

    /// <summary>The inverse of <see cref="ToTuple"/>, as the codec decodes.</summary>
    public static DisputeModel FromTuple(object value)
    {
        object[] v = (object[])value;
        return new(
            U(v[0]), U(v[1]), U(v[2]), U(v[3]), U(v[4]), U(v[5]), U(v[6]), U(v[7]), U(v[8]), U(v[9]), U(v[10]), U(v[11]), U(v[12]), (bool)v[13]);
    }

    private static uint U(object value) => Convert.ToUInt32(value, System.Globalization.CultureInfo.InvariantCulture);

    private static bool IsLength(uint length) => length is >= 1 and <= MaxLength;
}
