using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

/// <summary>A revealed list with right values behind one wrong salt, and its answer for that entry.</summary>
internal sealed class WrongSalt
{
    private readonly EntryPlace _place;

    public WrongSalt(DisputeWorld world, EntryPlace place, int page, byte flip = 1)
    {
        _place = place;
        OperatorPlace op = world.Own.Layout.PlaceOf(place.Group, place.Index);
        Answer = world.Own.AnswerContent(place.Group, place.Index);
        Answer[page * (1024 + 32) + 7] ^= flip;
        if (op.Operator == DisputeOperator.AttentionHead)
            Answer = [.. Answer[..32], .. world.Own.HeadChunks(op).SelectMany(chunk => DisputeHash.ChunkLeaf(Answer.AsSpan(0, 32), chunk).ToArray())];
        Bytes32 entry = op.Operator.Form() switch
        {
            OperatorForm.Vector or OperatorForm.Matrix => OperatorList.PageTree(Answer.Chunk(1024 + 32)).TreeHash,
            OperatorForm.Quantized => DisputeHash.Quantized(Answer),
            OperatorForm.Norm => DisputeHash.Norm(Answer),
            OperatorForm.Row => Sha256Merkle.Leaf(Answer),
            OperatorForm.Head => DisputeHash.Head(
                Answer.AsSpan(0, 32), new MerkleTree<KeccakMerkle>([.. Answer[32..].Chunk(32).Select(hash => new Bytes32(hash))]).TreeHash),
            _ => DisputeHash.Pick(Answer),
        };
        OperatorEntries revealed = new([.. world.Own.Entries.Groups.Select((group, g) => (IReadOnlyList<Bytes32>)
            [.. group.Select((own, i) => new EntryPlace(g, i) == place ? entry : own)])]);
        Builder = new WitnessBuilder(world.Context, world.Own, revealed, world.Sources);
    }

    public byte[] Answer { get; }

    public WitnessBuilder Builder { get; }

    public StepClaim Claim => Builder.Claim(_place);

    public byte[] Witness(StepUnit unit) => Builder.Build(_place, Answer, unit);
}
