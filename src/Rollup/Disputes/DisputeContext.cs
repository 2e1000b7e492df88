using TeeTee.Primitives;
using TeeTee.Rollup.Messages;

namespace TeeTee.Rollup.Disputes;

/// <summary>
/// Everything that a computation at one position of one shard follows from. Mirrors <c>DisputeContext</c> in
/// contracts/src/types/DisputeTypes.sol; later calls of a dispute are bound to it by <see cref="Hash"/>.
/// </summary>
public sealed record DisputeContext
{
    internal const string Tuple =
        "(uint64,bytes32,uint32,uint32,uint32,uint32,uint32,address,bytes32,bytes32," + DisputeModel.Tuple
        + ",uint32,uint32,bytes32,bytes32,uint32,(bool,uint32,uint32,bytes32),bool)";

    private static readonly AbiType s_type = AbiType.Parse(Tuple);

    public required ulong BatchIndex { get; init; }

    public required Bytes32 BatchHash { get; init; }

    /// <summary>Index of the receipt in the batch.</summary>
    public required uint Leaf { get; init; }

    /// <summary>Position in the pipeline.</summary>
    public required uint Shard { get; init; }

    /// <summary>p, below <see cref="Positions"/>.</summary>
    public required uint Position { get; init; }

    /// <summary>T.</summary>
    public required uint Positions { get; init; }

    public required uint Slot { get; init; }

    public required Address Operator { get; init; }

    public required Bytes32 ModelId { get; init; }

    public required Bytes32 WeightsRoot { get; init; }

    public required DisputeModel Config { get; init; }

    public required uint FirstLayer { get; init; }

    public required uint LayerCount { get; init; }

    public required Bytes32 TokensRoot { get; init; }

    public required Bytes32 TraceRoot { get; init; }

    public required uint PromptTokens { get; init; }

    public required Sampling Sampling { get; init; }

    /// <summary>Whether every opened page, row and preimage is prefixed by its salt.</summary>
    public required bool IsSealed { get; init; }

    /// <summary>Whether the list ends with a pick.</summary>
    public bool HasPick => (ulong)FirstLayer + LayerCount == Config.LayerCount && (ulong)Position + 1 >= PromptTokens;

    /// <summary>The ABI encoding.</summary>
    public byte[] Encode() => AbiCodec.Encode([s_type], [ToTuple()]);

    /// <summary>Words of <see cref="Encode"/>: nothing in a context is dynamic.</summary>
    public const int Words = 34;

    /// <summary>The inverse of <see cref="Encode"/>.</summary>
    /// <exception cref="MalformedDataException">Not the encoding of a context.</exception>
    public static DisputeContext Decode(ReadOnlySpan<byte> abi) => FromTuple(AbiCodec.Decode([s_type], abi)[0]);

    /// <summary>keccak256 of <see cref="Encode"/>.</summary>
    public Bytes32 Hash() => Keccak256.Hash(Encode());

    /// <summary>The canonical list of operators.</summary>
    public OperatorLayout Layout() => new(Config, (int)FirstLayer, (int)LayerCount, HasPick);

    /// <summary>The members as the ABI codec takes them.</summary>
    public object[] ToTuple() =>
    [
        BatchIndex, BatchHash, Leaf, Shard, Position, Positions, Slot, Operator, ModelId, WeightsRoot, Config.ToTuple(), FirstLayer,
        LayerCount, TokensRoot, TraceRoot, PromptTokens,
        new object[] { Sampling.Greedy, Sampling.InverseTemperatureBits, Sampling.TopK, Sampling.Seed }, IsSealed,
    ];

    /// <summary>The inverse of <see cref="ToTuple"/>, as the codec decodes.</summary>
    public static DisputeContext FromTuple(object value)
    {
        object[] v = (object[])value;
        object[] s = (object[])v[16];
        return new DisputeContext
        {
            BatchIndex = (ulong)v[0],
            BatchHash = (Bytes32)v[1],
            Leaf = U(v[2]),
            Shard = U(v[3]),
            Position = U(v[4]),
            Positions = U(v[5]),
            Slot = U(v[6]),
            Operator = (Address)v[7],
            ModelId = (Bytes32)v[8],
            WeightsRoot = (Bytes32)v[9],
            Config = DisputeModel.FromTuple(v[10]),
            FirstLayer = U(v[11]),
            LayerCount = U(v[12]),
            TokensRoot = (Bytes32)v[13],
            TraceRoot = (Bytes32)v[14],
            PromptTokens = U(v[15]),
            Sampling = new Sampling((bool)s[0], U(s[1]), U(s[2]), (Bytes32)s[3]),
            IsSealed = (bool)v[17],
        };
    }

    private static uint U(object value) => (uint)(ulong)value;
}
