using System.Buffers.Binary;
using TeeTee.Numerics.Operators;
using TeeTee.Primitives;

namespace TeeTee.Rollup.Disputes;

/// <summary>
/// The opened claim of one step. Every method checks an opening at a place that it derives itself and returns the bytes behind it without
/// salts; what does not fit ends the step with a <see cref="StepRefusal"/>.
/// </summary>
internal sealed class StepScope
{
    private static readonly MerkleTag s_weights = new("TT/wght1");
    private static readonly MerkleTag s_tokens = new("TT/toks1");

    public StepScope(StepClaim claim, uint element, uint part)
    {
        DisputeContext context = claim.Context;
        (Claim, Element, Part, Model) = (claim, element, part, context.Config);
        StepRefusal.Unless(Model.IsDisputable, StepStage.Claim, StepCause.NotDisputable);
        StepRefusal.Unless(
            context.Position < context.Positions && context.Position < DisputeModel.MaxPositions && context.LayerCount >= 1
            && (ulong)context.FirstLayer + context.LayerCount <= Model.LayerCount && context.Position < Model.ContextLength,
            StepStage.Claim, StepCause.OutOfRange);
        Layout = context.Layout();
        StepRefusal.Unless(claim.GroupRoots.Count == Layout.GroupCount, StepStage.Claim, StepCause.BadLength);
        StepRefusal.Unless(Layout.TryPlaceOf(claim.Group, claim.Index, out OperatorPlace place), StepStage.Claim, StepCause.OutOfRange);
        Place = place;
    }

    public StepClaim Claim { get; }

    public DisputeContext Context => Claim.Context;

    public DisputeModel Model { get; }

    public OperatorLayout Layout { get; }

    public OperatorPlace Place { get; }

    public uint Element { get; }

    public uint Part { get; }

    public int Group => (int)Claim.Group;

    public int Position => (int)Context.Position;

    /// <summary>Bytes of a salt in front of every opened page, row and flat content.</summary>
    public int SaltBytes => Context.IsSealed ? Bytes32.Size : 0;

    /// <summary>Decodes the witness, strictly.</summary>
    public static T Read<T>(ReadOnlySpan<byte> witness)
        where T : class, IStepWitness<T> =>
        WitnessCodec.TryDecode(witness, out T? decoded) ? decoded : throw new StepRefusal(StepStage.Witness, StepCause.Malformed);

    /// <summary>Checks that the element lies in the selected unit of a vector or flat content.</summary>
    public int RequireElement(long first, long count)
    {
        StepRefusal.Unless(Element >= first && Element < first + count, StepStage.Unit, StepCause.OutOfRange);
        return (int)Element;
    }

    /// <summary>The selected entry's flat content, whose hash is the entry.</summary>
    public byte[] FlatOutput(byte[] content, int bytes, Func<byte[], Bytes32> hash) => Flat(content, bytes, hash, Claim.Entry, StepStage.Output);

    /// <summary>Another entry's flat content.</summary>
    public byte[] FlatInput(FlatOpening opening, DisputeOperator op, int unit, int bytes, Func<byte[], Bytes32> hash) =>
        Flat(opening.Content, bytes, hash, Entry(opening.Entry, Group, op, unit), StepStage.Input);

    /// <summary>One page of the selected entry's segment.</summary>
    public float[] OutputPage(PageOpening opening, SegmentShape shape, int page)
    {
        StepRefusal.Unless(opening.Segment.Entry == Claim.Entry, StepStage.Output, StepCause.BadPath);
        StepRefusal.Unless(opening.Segment.Path.Length == 0, StepStage.Output, StepCause.Unexpected);
        return Run(opening, shape, page, 1, Claim.Entry, StepStage.Output);
    }

    /// <summary>
    /// The page of the selected vector's segment that holds the element, as the element's bits; the place of the element is checked first.
    /// </summary>
    public float OutputElement(PageOpening opening)
    {
        SegmentShape shape = Model.SegmentShapeOf(Place.Operator, Place.Unit);
        int element = RequireElement(shape.First, shape.Count);
        return OutputPage(opening, shape, shape.PageOf(0, element))[(element - shape.First) % OperatorShapes.PageElements];
    }

    /// <summary>A run of pages of another entry's segment in the results' plane, from the page that holds an element.</summary>
    public float[] InputPages(PageOpening opening, int group, DisputeOperator op, int element, int run = 1)
    {
        int unit = element / Model.SegmentOf(op);
        SegmentShape shape = Model.SegmentShapeOf(op, unit);
        return Run(opening, shape, shape.PageOf(shape.Planes - 1, element), run, Entry(opening.Segment, group, op, unit), StepStage.Input);
    }

    /// <summary>One element of another operator's result.</summary>
    public float InputElement(PageOpening opening, int group, DisputeOperator op, int element)
    {
        float[] page = InputPages(opening, group, op, element);
        return page[element % Model.SegmentOf(op) % OperatorShapes.PageElements];
    }

    /// <summary>An entry of the revealed list at a derived place.</summary>
    public Bytes32 Entry(EntryOpening opening, int group, DisputeOperator op, int unit, StepStage stage = StepStage.Input)
    {
        EntryPlace place = Layout.Locate(group, op, unit);
        Bytes32 leaf = KeccakMerkle.Leaf(opening.Entry.ToArray());
        bool opens = MerkleProof.TryTreeHash<KeccakMerkle>((ulong)Layout.SizeOf(group), (ulong)place.Index, leaf, opening.Path, out Bytes32 root)
            && root == Claim.GroupRoots[group];
        StepRefusal.Unless(opens, stage, StepCause.BadPath);
        return opening.Entry;
    }

    /// <summary>A page of weights.</summary>
    public byte[] Weight(ProvenPage opening, uint tensorId, uint row, int page)
    {
        StepRefusal.Unless(opening.Content.Length == WeightLayout.PageBytes(Model, tensorId, page), StepStage.Weight, StepCause.BadLength);
        Bytes32 leaf = WeightLayout.LeafHash(Model, tensorId, row, page, opening.Content);
        bool opens = MerkleProof.Verify<Sha256Merkle>(
            s_weights, Context.WeightsRoot, WeightLayout.PageCount(Model), WeightLayout.LeafIndex(Model, tensorId, row, page), leaf, opening.Path);
        StepRefusal.Unless(opens, StepStage.Weight, StepCause.BadPath);
        return opening.Content;
    }

    /// <summary>One element of a row of a table or norm.</summary>
    public float WeightFloat(ProvenPage opening, uint tensorId, uint row, int column) =>
        Floats(Weight(opening, tensorId, row, column / 256))[column % 256];

    /// <summary>token(p).</summary>
    public uint Token(ProvenPage opening)
    {
        const int perPage = TokenCommitment.PageTokens;
        ulong count = (ulong)Context.Positions + 1;
        ulong pages = (count + perPage - 1) / perPage;
        ulong page = Context.Position / (ulong)perPage;
        ulong tokens = Math.Min(perPage, count - page * perPage);
        StepRefusal.Unless((ulong)opening.Content.Length == (ulong)SaltBytes + tokens * sizeof(uint), StepStage.Token, StepCause.BadLength);
        bool opens = MerkleProof.TryTreeHash<Sha256Merkle>(pages, page, Sha256Merkle.Leaf(opening.Content), opening.Path, out Bytes32 hash)
            && Sha256Merkle.Root(s_tokens, count, hash) == Context.TokensRoot;
        StepRefusal.Unless(opens, StepStage.Token, StepCause.BadPath);
        return BinaryPrimitives.ReadUInt32LittleEndian(opening.Content.AsSpan(SaltBytes + Position % perPage * sizeof(uint)));
    }

    /// <summary>Refuses an opening where none is needed.</summary>
    public static void RequireEmpty(PageOpening opening, StepStage stage) => StepRefusal.Unless(
        opening.Segment.Entry.IsZero && opening.Segment.Path.Length == 0 && opening.Pages.Length == 0 && opening.Path.Length == 0,
        stage, StepCause.Unexpected);

    /// <summary>Refuses an opening where none is needed.</summary>
    public static void RequireEmpty(ProvenPage opening, StepStage stage) =>
        StepRefusal.Unless(opening.Content.Length == 0 && opening.Path.Length == 0, stage, StepCause.Unexpected);

    /// <summary>Little-endian binary32 elements.</summary>
    public static float[] Floats(ReadOnlySpan<byte> bytes)
    {
        float[] values = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(i * sizeof(float))..]);
        return values;
    }

    private byte[] Flat(byte[] content, int bytes, Func<byte[], Bytes32> hash, Bytes32 entry, StepStage stage)
    {
        StepRefusal.Unless(content.Length == SaltBytes + bytes, stage, StepCause.BadLength);
        StepRefusal.Unless(hash(content) == entry, stage, StepCause.BadPath);
        return content[SaltBytes..];
    }

    /// <summary>The elements of an aligned run of pages: <paramref name="run"/> of them, or what the segment's end leaves.</summary>
    private float[] Run(PageOpening opening, SegmentShape shape, int page, int run, Bytes32 entry, StepStage stage)
    {
        int count = Math.Min(run, shape.Pages - page);
        int bytes = Enumerable.Range(page, count).Sum(shape.PageBytes);
        StepRefusal.Unless(opening.Pages.Length == count * SaltBytes + bytes, stage, StepCause.BadLength);
        Bytes32[] leaves = new Bytes32[count];
        byte[] content = new byte[bytes];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> salted = opening.Pages.AsSpan(i * (SaltBytes + SegmentShape.PageSize), SaltBytes + shape.PageBytes(page + i));
            leaves[i] = Sha256Merkle.Leaf(salted);
            salted[SaltBytes..].CopyTo(content.AsSpan(i * SegmentShape.PageSize));
        }
        Bytes32 node = new MerkleTree<Sha256Merkle>(leaves).TreeHash;
        bool opens = MerkleProof.TryTreeHash<Sha256Merkle>(
            (ulong)OperatorShapes.PartsOf(shape.Pages, run), (ulong)(page / run), node, opening.Path, out Bytes32 root) && root == entry;
        StepRefusal.Unless(opens, stage, StepCause.BadPath);
        return Floats(content);
    }
}
