using TeeTee.Numerics;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>
/// Makes the witness of any unit of the first entry in which a revealed list leaves one's own: inputs from the own contents (their entries are
/// equal), paths from the revealed entries, the output from the answer.
/// </summary>
/// <param name="context">Of the dispute.</param>
/// <param name="own">The canonical list.</param>
/// <param name="revealed">The revealed entries.</param>
/// <param name="sources">Weights, stored rows, trace and tokens.</param>
public sealed class WitnessBuilder(DisputeContext context, OperatorList own, OperatorEntries revealed, WitnessSources sources)
{
    private const int BlockSize = BlockQuantizer.BlockSize;

    private readonly DisputeModel _model = context.Config;
    private readonly OperatorLayout _layout = own.Layout;

    /// <summary>The claim about an entry that the contract forms.</summary>
    public StepClaim Claim(EntryPlace place) => new(context, revealed.GroupRoots, (uint)place.Group, (uint)place.Index, revealed[place]);

    /// <summary>The ABI-encoded witness.</summary>
    /// <param name="place">The selected entry.</param>
    /// <param name="answered">What was answered for it.</param>
    /// <param name="unit">What is wrong, as <see cref="StepFinder"/> says.</param>
    /// <exception cref="ArgumentException">The answer does not fit the place, or the operator is given and not computed.</exception>
    public byte[] Build(EntryPlace place, ReadOnlySpan<byte> answered, StepUnit unit)
    {
        AnsweredContent content = AnsweredContent.Read(own, place, answered)
            ?? throw new ArgumentException($"{answered.Length} bytes do not answer entry {place}.", nameof(answered));
        OperatorPlace op = _layout.PlaceOf(place.Group, place.Index);
        int element = (int)unit.Element;
        return op.Operator switch
        {
            DisputeOperator.Embedding => Embedding(op, content, element).Encode(),
            DisputeOperator.AttentionNorm or DisputeOperator.FeedForwardNorm or DisputeOperator.OutputNorm =>
                Norm(place.Group, op, content, element).Encode(),
            DisputeOperator.QuantizedAttentionInput or DisputeOperator.QuantizedFeedForwardInput or DisputeOperator.QuantizedOutputInput =>
                QuantizedNorm(place.Group, op, content, element * BlockSize).Encode(),
            DisputeOperator.RotatedQuery => Rotation(place.Group, op, content, element).Encode(),
            DisputeOperator.KeyRow => KeyRow(place.Group, op, content, element).Encode(),
            DisputeOperator.ValueRow => new ValueRowWitness(
                content.Whole, Page(place.Group, DisputeOperator.Value, op.Unit * (int)_model.HeadDimension + element)).Encode(),
            DisputeOperator.AttentionHead => Head(place.Group, op, content, element),
            DisputeOperator.QuantizedHeads => QuantizedHeads(place.Group, content, element * BlockSize).Encode(),
            DisputeOperator.AttentionResidual or DisputeOperator.FeedForwardResidual => Residual(place.Group, op, content, element).Encode(),
            DisputeOperator.QuantizedGated => new QuantizedGatedWitness(
                content.Whole, Page(place.Group, DisputeOperator.Gate, element * BlockSize),
                Page(place.Group, DisputeOperator.Up, element * BlockSize)).Encode(),
            DisputeOperator.Pick => new PickWitness(content.Whole, Page(place.Group, DisputeOperator.Logits, element)).Encode(),
            _ when op.Operator.Form() == OperatorForm.Matrix => Matrix(place.Group, op, content, unit).Encode(),
            _ => throw new ArgumentException($"{op.Operator} is given and not computed.", nameof(place)),
        };
    }

    private EmbeddingWitness Embedding(OperatorPlace op, AnsweredContent content, int element)
    {
        int page = (int)context.Position / TokenCommitment.PageTokens;
        uint[] tokens = [.. sources.Tokens];
        ReadOnlySpan<uint> ids = tokens.AsSpan(page * TokenCommitment.PageTokens);
        ids = ids[..Math.Min(TokenCommitment.PageTokens, ids.Length)];
        byte[] bytes = new byte[ids.Length * sizeof(uint)];
        for (int i = 0; i < ids.Length; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), ids[i]);
        LeafSalts? salts = sources.Salts?.Tokens;
        ProvenPage token = new(SaltedBytes.Of(salts?[page], bytes), TokenCommitment.ProvePage(tokens, page, salts));
        return new EmbeddingWitness(
            OutputPage(op, content, 0, element), token,
            sources.Weights.Prove(WeightLayout.TokenEmbedding, (int)tokens[context.Position], element / OperatorShapes.PageColumns));
    }

    private NormWitness Norm(int group, OperatorPlace op, AnsweredContent content, int element)
    {
        if (element == _model.NormChunksOf())
            return new NormWitness(content.Whole, PageOpening.Empty);
        (int source, DisputeOperator input) = NormSource(group, op.Operator);
        const int run = OperatorShapes.NormChunk / OperatorShapes.PageElements;
        return new NormWitness(content.Whole, Page(source, input, element * OperatorShapes.NormChunk, run));
    }

    private QuantizedNormWitness QuantizedNorm(int group, OperatorPlace op, AnsweredContent content, int first)
    {
        DisputeOperator norm = op.Operator - 1;
        (int source, DisputeOperator input) = NormSource(group, norm);
        ProvenPage weight = sources.Weights.Prove(WeightLayout.TensorOf(_model, norm, op.Layer), 0, first / OperatorShapes.PageElements);
        return new QuantizedNormWitness(content.Whole, Flat(group, norm, 0), Page(source, input, first), weight);
    }

    private (int Group, DisputeOperator Operator) NormSource(int group, DisputeOperator norm) => norm == DisputeOperator.FeedForwardNorm
        ? (group, DisputeOperator.AttentionResidual)
        : _layout.HiddenBefore(group);

    private MatrixWitness Matrix(int group, OperatorPlace op, AnsweredContent content, StepUnit unit)
    {
        SegmentShape shape = _model.SegmentShapeOf(op.Operator, op.Unit);
        int row = (int)unit.Element, part = (int)unit.Part;
        PageOpening output = OutputPage(op, content, part, row);
        if (row >= shape.First + shape.Count)
            return new MatrixWitness(output, PageOpening.Empty, [], ProvenPage.Empty);
        DisputeOperator source = MatrixSteps.SourceOf(op.Operator);
        const int perPage = OperatorShapes.PageColumns / OperatorShapes.SegmentElements;
        int last = Math.Min((part + 1) * perPage, _model.UnitsOf(source));
        return new MatrixWitness(
            output, part == 0 ? PageOpening.Empty : OutputPage(op, content, part - 1, row),
            [.. Enumerable.Range(part * perPage, last - part * perPage).Select(segment => Flat(group, source, segment))],
            sources.Weights.Prove(WeightLayout.TensorOf(_model, op.Operator, op.Layer), row, part));
    }

    private RotationWitness Rotation(int group, OperatorPlace op, AnsweredContent content, int element)
    {
        int dimension = (int)_model.HeadDimension;
        RotaryOpening rotary = Rotary(group, DisputeOperator.Query, element / dimension, element % dimension);
        return new RotationWitness(OutputPage(op, content, 0, element), rotary.First, rotary.Second, rotary.Cosine, rotary.Sine);
    }

    private KeyRowWitness KeyRow(int group, OperatorPlace op, AnsweredContent content, int element)
    {
        RotaryOpening rotary = Rotary(group, DisputeOperator.Key, op.Unit, element);
        return new KeyRowWitness(content.Whole, rotary.First, rotary.Second, rotary.Cosine, rotary.Sine);
    }

    private RotaryOpening Rotary(int group, DisputeOperator op, int head, int element)
    {
        int start = head * (int)_model.HeadDimension;
        if (element >= _model.RopeDimensions)
            return new RotaryOpening(Page(group, op, start + element), PageOpening.Empty, ProvenPage.Empty, ProvenPage.Empty);
        RotaryPair pair = RotaryPair.Of(_model, element);
        int page = pair.Pair / OperatorShapes.PageElements;
        return new RotaryOpening(
            Page(group, op, start + pair.First), Page(group, op, start + pair.Second),
            sources.Weights.Prove(WeightLayout.RopeCosines, (int)context.Position, page),
            sources.Weights.Prove(WeightLayout.RopeSines, (int)context.Position, page));
    }

    private byte[] Head(int group, OperatorPlace op, AnsweredContent content, int leaf)
    {
        int chunks = OperatorShapes.ChunksOf((int)context.Position);
        (int kind, int chunk) = (leaf / chunks, leaf % chunks);
        Bytes32[] leaves = content.Leaves;
        MerkleTree<KeccakMerkle> tree = new(leaves);
        byte[][] contents = own.HeadChunks(op);
        ProvenPage Open(int index) => new([.. content.Salt, .. contents[index]], tree.Prove(index));
        ProvenPage previous = chunk == 0 ? ProvenPage.Empty : Open(leaf - 1);
        (byte[] salt, Bytes32 root, Bytes32 hash, Bytes32[] path) = (content.Salt, tree.TreeHash, leaves[leaf], tree.Prove(leaf));
        return kind switch
        {
            0 => new ScoresWitness(salt, root, hash, path, previous, Query(group, op), Rows(group, op, chunk, values: false)).Encode(),
            1 => new SumsWitness(salt, root, hash, path, previous, Open(chunk), Open(chunks - 1)).Encode(),
            _ => new OutputsWitness(
                salt, root, hash, path, previous, Open(chunk), Open(chunks - 1), Open(2 * chunks - 1), Rows(group, op, chunk, values: true)).Encode(),
        };
    }

    private PageOpening[] Query(int group, OperatorPlace op)
    {
        int dimension = (int)_model.HeadDimension;
        int first = op.Unit * dimension / OperatorShapes.PageElements;
        int last = ((op.Unit + 1) * dimension - 1) / OperatorShapes.PageElements;
        return [.. Enumerable.Range(first, last - first + 1)
            .Select(page => Page(group, DisputeOperator.RotatedQuery, page * OperatorShapes.PageElements))];
    }

    private KvChunk Rows(int group, OperatorPlace op, int chunk, bool values)
    {
        ChunkRange range = ChunkRange.Of(chunk, context.Position, context.Positions);
        int kvHead = Attention.KvHeadOf(op.Unit, (int)_model.HeadCount, (int)_model.KvHeadCount);
        DisputeOperator row = values ? DisputeOperator.ValueRow : DisputeOperator.KeyRow;
        List<byte> rows = [];
        List<Bytes32> paths = [], bounds = [];
        for (int position = range.First; position < range.First + range.Before; position++)
        {
            ProvenPage stored = sources.Stored.ProveRow(op.Layer, values, kvHead, position);
            (Bytes32 hIn, Bytes32 hOut) = sources.Stored.BoundsOf(position);
            rows.AddRange(stored.Content);
            paths.AddRange(stored.Path);
            bounds.AddRange([hIn, hOut]);
        }
        EntryOpening opening = EntryOpening.Empty;
        if (range.HoldsPosition)
        {
            EntryPlace place = _layout.Locate(group, row, kvHead);
            rows.AddRange(own.FlatOf(_layout.PlaceOf(place.Group, place.Index)));
            opening = revealed.Prove(place);
        }
        Bytes32[] later = [.. sources.TraceLeaves.Skip((int)context.Position).Take(range.Later)];
        return new KvChunk([.. rows], [.. paths], [.. bounds], later, TracePath(chunk), opening);
    }

    /// <summary>From the node over a chunk's leaves upwards: the tree over the chunks' nodes has the same hash as the tree over the leaves.</summary>
    private Bytes32[] TracePath(int chunk)
    {
        Bytes32[] nodes = [.. sources.TraceLeaves.Chunk(OperatorShapes.PositionChunk).Select(leaves =>
            new MerkleTree<Sha256Merkle>([.. leaves.Select(leaf => TraceCommitment.LeafHash(leaf))]).TreeHash)];
        return new MerkleTree<Sha256Merkle>(nodes).Prove(chunk);
    }

    private QuantizedHeadsWitness QuantizedHeads(int group, AnsweredContent content, int first)
    {
        int dimension = (int)_model.HeadDimension;
        int last = Math.Min(first + BlockSize, _model.QueryLength) - 1;
        return new QuantizedHeadsWitness(content.Whole, [.. Enumerable.Range(first / dimension, last / dimension - first / dimension + 1)
            .Select(head => HeadRow(group, head))]);
    }

    private HeadRowOpening HeadRow(int group, int head)
    {
        EntryPlace place = _layout.Locate(group, DisputeOperator.AttentionHead, head);
        OperatorPlace op = _layout.PlaceOf(place.Group, place.Index);
        MerkleTree<KeccakMerkle> tree = new(own.HeadLeaves(op));
        byte[] salt = own.HeadSalt(op);
        ProvenPage row = new([.. salt, .. own.HeadChunks(op)[^1]], tree.Prove(tree.Count - 1));
        return new HeadRowOpening(revealed.Prove(place), salt, tree.TreeHash, row);
    }

    private ResidualWitness Residual(int group, OperatorPlace op, AnsweredContent content, int element)
    {
        bool isAttention = op.Operator == DisputeOperator.AttentionResidual;
        (int source, DisputeOperator hidden) = isAttention ? _layout.HiddenBefore(group) : (group, DisputeOperator.AttentionResidual);
        DisputeOperator branch = isAttention ? DisputeOperator.AttentionOutput : DisputeOperator.Down;
        return new ResidualWitness(OutputPage(op, content, 0, element), Page(source, hidden, element), Page(group, branch, element));
    }

    /// <summary>The page of the answered segment that holds an element in a plane; the game has opened the entry itself.</summary>
    private PageOpening OutputPage(OperatorPlace op, AnsweredContent content, int plane, int element)
    {
        SegmentShape shape = _model.SegmentShapeOf(op.Operator, op.Unit);
        byte[][] pages = content.Pages();
        MerkleTree<Sha256Merkle> tree = OperatorList.PageTree(pages);
        int page = shape.PageOf(plane, element);
        return new PageOpening(new EntryOpening(tree.TreeHash, []), pages[page], tree.Prove(page));
    }

    /// <summary>A run of pages of an own segment from the page that holds an element of its results.</summary>
    private PageOpening Page(int group, DisputeOperator op, int element, int run = 1)
    {
        EntryPlace place = _layout.Locate(group, op, element / _model.SegmentOf(op));
        OperatorPlace unit = _layout.PlaceOf(place.Group, place.Index);
        SegmentShape shape = _model.SegmentShapeOf(op, unit.Unit);
        int page = shape.PageOf(shape.Planes - 1, element);
        byte[][] pages = own.PagesOf(unit);
        Bytes32[] nodes = [.. pages.Chunk(run).Select(part => OperatorList.PageTree(part).TreeHash)];
        byte[] content = [.. pages.Skip(page).Take(run).SelectMany(bytes => bytes)];
        return new PageOpening(revealed.Prove(place), content, new MerkleTree<Sha256Merkle>(nodes).Prove(page / run));
    }

    private FlatOpening Flat(int group, DisputeOperator op, int unit)
    {
        EntryPlace place = _layout.Locate(group, op, unit);
        return new FlatOpening(revealed.Prove(place), own.FlatOf(_layout.PlaceOf(place.Group, place.Index)));
    }

    private readonly record struct RotaryOpening(PageOpening First, PageOpening Second, ProvenPage Cosine, ProvenPage Sine);
}
