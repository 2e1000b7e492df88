using System.Buffers.Binary;
using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>Which leaf of `weightsRoot` a page of weights is, derived from the configuration alone (protocol section 3).</summary>
internal static class WeightLayout
{
    public const uint TokenEmbedding = 1;
    public const uint OutputNorm = 2;
    public const uint Output = 3;
    public const uint RopeCosines = 4;
    public const uint RopeSines = 5;

    private const uint LayerStride = 64;
    private const uint FloatType = 0;
    private const uint BlockType = 8;
    private const int FloatsPerPage = 256;
    private const int HeaderBytes = 24;

    private static readonly (uint Role, DisputeOperator Operator)[] s_layer =
    [
        (11, DisputeOperator.AttentionNorm), (12, DisputeOperator.Query), (13, DisputeOperator.Key), (14, DisputeOperator.Value),
        (15, DisputeOperator.AttentionOutput), (16, DisputeOperator.FeedForwardNorm), (17, DisputeOperator.Gate), (18, DisputeOperator.Up),
        (19, DisputeOperator.Down),
    ];

    /// <summary>The tensor behind a norm, a projection or the embedding.</summary>
    public static uint TensorOf(DisputeModel model, DisputeOperator op, int layer) => op switch
    {
        DisputeOperator.Embedding => TokenEmbedding,
        DisputeOperator.OutputNorm => OutputNorm,
        DisputeOperator.Logits => model.TiedOutput ? TokenEmbedding : Output,
        _ => ((uint)layer + 1) * LayerStride + s_layer.First(t => t.Operator == op).Role,
    };

    /// <summary>All pages of the model.</summary>
    public static ulong PageCount(DisputeModel model) => Tensors(model).Aggregate(0UL, (sum, tensor) => sum + tensor.Leaves);

    /// <summary>The leaf of a page.</summary>
    public static ulong LeafIndex(DisputeModel model, uint tensorId, uint row, int page)
    {
        ulong first = 0;
        foreach (Tensor tensor in Tensors(model))
        {
            if (tensor.Id == tensorId)
                return first + row * tensor.Pages + (ulong)page;
            first += tensor.Leaves;
        }
        throw new ArgumentOutOfRangeException(nameof(tensorId), tensorId, "The model has no such tensor.");
    }

    /// <summary>Bytes of a page.</summary>
    public static int PageBytes(DisputeModel model, uint tensorId, int page) => Find(model, tensorId).BytesOf(page);

    /// <summary>The leaf hash of a page: the place bound with its bytes.</summary>
    public static Bytes32 LeafHash(DisputeModel model, uint tensorId, uint row, int page, ReadOnlySpan<byte> bytes)
    {
        Tensor tensor = Find(model, tensorId);
        byte[] data = new byte[HeaderBytes + bytes.Length];
        uint[] header = [tensorId, tensor.Type, tensor.Rows, tensor.Columns, row, (uint)page];
        for (int i = 0; i < header.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(data.AsSpan(4 * i), header[i]);
        bytes.CopyTo(data.AsSpan(HeaderBytes));
        return Sha256Merkle.Leaf(data);
    }

    private static Tensor Find(DisputeModel model, uint tensorId) => Tensors(model).First(tensor => tensor.Id == tensorId);

    private static IEnumerable<Tensor> Tensors(DisputeModel m)
    {
        yield return Matrix(TokenEmbedding, m.VocabularySize, m.EmbeddingLength);
        yield return new Tensor(OutputNorm, FloatType, 1, m.EmbeddingLength);
        if (!m.TiedOutput)
            yield return Matrix(Output, m.VocabularySize, m.EmbeddingLength);
        yield return new Tensor(RopeCosines, FloatType, m.ContextLength, m.RopeDimensions / 2);
        yield return new Tensor(RopeSines, FloatType, m.ContextLength, m.RopeDimensions / 2);
        for (uint layer = 0; layer < m.LayerCount; layer++)
        {
            foreach ((uint role, DisputeOperator op) in s_layer)
            {
                uint id = (layer + 1) * LayerStride + role;
                yield return op.Form() == OperatorForm.Norm
                    ? new Tensor(id, FloatType, 1, m.EmbeddingLength)
                    : Matrix(id, (uint)m.LengthOf(op), (uint)m.ColumnsOf(op));
            }
        }
    }

    private static Tensor Matrix(uint id, uint rows, uint columns) =>
        new(id, BlockType, rows, (uint)BlockQuantizer.PaddedLength((int)columns));

    private readonly record struct Tensor(uint Id, uint Type, uint Rows, uint Columns)
    {
        public ulong Pages => (ulong)OperatorShapes.PartsOf((int)Columns, PerPage);

        public ulong Leaves => Rows * Pages;

        private int PerPage => Type == BlockType ? OperatorShapes.PageColumns : FloatsPerPage;

        public int BytesOf(int page)
        {
            int columns = Math.Min(PerPage, (int)Columns - page * PerPage);
            return Type == BlockType ? columns / BlockQuantizer.BlockSize * MatrixVector.BlockBytes : columns * sizeof(float);
        }
    }
}
