using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>A revealed list that differs from the canonical one in one bit of one unit, and its answer for that entry.</summary>
internal sealed class TamperedEntry
{
    private readonly DisputeWorld _world;
    private readonly EntryPlace _place;
    private readonly OperatorPlace _operator;
    private readonly int _salt;

    public TamperedEntry(DisputeWorld world, EntryPlace place, StepUnit unit, int value = 0)
    {
        (_world, _place, _operator) = (world, place, world.Own.Layout.PlaceOf(place.Group, place.Index));
        _salt = world.Shape.IsSealed ? 32 : 0;
        Answer = world.Own.AnswerContent(place.Group, place.Index);
        Answer[Offset(unit, value)] ^= 1;
        Revealed = new OperatorEntries([.. world.Own.Entries.Groups.Select((group, g) => (IReadOnlyList<Bytes32>)
            [.. group.Select((own, i) => new EntryPlace(g, i) == place ? Entry() : own)])]);
        Builder = new WitnessBuilder(world.Context, world.Own, Revealed, world.Sources);
    }

    public byte[] Answer { get; }

    public OperatorEntries Revealed { get; }

    public WitnessBuilder Builder { get; }

    public StepClaim Claim => Builder.Claim(_place);

    public byte[] Witness(StepUnit unit) => Builder.Build(_place, Answer, unit);

    /// <summary>Where the unit's committed value lies in the answer.</summary>
    private int Offset(StepUnit unit, int value)
    {
        DisputeModel model = _world.Model;
        int element = (int)unit.Element;
        switch (_operator.Operator.Form())
        {
            case OperatorForm.Vector or OperatorForm.Matrix:
                SegmentShape shape = model.SegmentShapeOf(_operator.Operator, _operator.Unit);
                return shape.PageOf((int)unit.Part, element) * (1024 + _salt) + _salt + (element - shape.First) % 256 * 4;
            case OperatorForm.Quantized:
                int blocks = model.BlocksOf(_operator.Operator, _operator.Unit), block = element - _operator.Unit * 128;
                return _salt + (value == 0 ? 4 * block : 4 * blocks + 32 * block + value - 1);
            case OperatorForm.Norm:
                return _salt + (element == model.NormChunksOf() ? 0 : 4 + 64 * element + 4 * (value % 16));
            case OperatorForm.Row:
                return _salt + 2 * element;
            case OperatorForm.Head:
                return _salt + 32 * element + value % 32;
            default:
                return _salt + 8 * (element / model.SegmentOf(DisputeOperator.Logits));
        }
    }

    private Bytes32 Entry() => _operator.Operator.Form() switch
    {
        OperatorForm.Vector or OperatorForm.Matrix => OperatorList.PageTree(Answer.Chunk(1024 + _salt)).TreeHash,
        OperatorForm.Quantized => DisputeHash.Quantized(Answer),
        OperatorForm.Norm => DisputeHash.Norm(Answer),
        OperatorForm.Row => Sha256Merkle.Leaf(Answer),
        OperatorForm.Head => DisputeHash.Head(
            Answer.AsSpan(0, _salt),
            new MerkleTree<KeccakMerkle>([.. Answer[_salt..].Chunk(32).Select(hash => new Bytes32(hash))]).TreeHash),
        _ => DisputeHash.Pick(Answer),
    };
}
