using TeeTee.Numerics.Operators;
using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

public sealed class OperatorLayoutTests
{
    [Theory]
    [InlineData(true, 4)]
    [InlineData(false, 3)]
    public void GroupCount_WithAndWithoutPick_CountsTheHead(bool hasPick, int expected) =>
        Assert.Equal(expected, new OperatorLayout(DisputeModels.Tiny, 0, 2, hasPick).GroupCount);

    [Fact]
    public void PlaceOf_EveryEntry_IsLocatedAgain()
    {
        foreach (DisputeModel model in (DisputeModel[])[DisputeModels.Tiny, DisputeModels.TinyLlama, DisputeModels.Llama70B])
        {
            OperatorLayout layout = new(model, (int)model.LayerCount - 2, 2, hasPick: true);
            foreach ((EntryPlace place, OperatorPlace op) in ListUnits.Entries(layout))
                Assert.Equal(place, layout.Locate(place.Group, op.Operator, op.Unit));
        }
    }

    // 4.0 kB a layer at the shape of a 70B model (review C1).
    [Fact]
    public void SizeOf_LargeModel_IsAsThePaperSays()
    {
        OperatorLayout layout = new(DisputeModels.Llama70B, 0, 80, hasPick: true);
        Assert.Equal(1 + 2 + 2 + 1 + 1 + 2 + 8 + 8 + 64 + 2 + 2 + 2 + 1 + 2 + 7 + 7 + 7 + 8 + 2, layout.SizeOf(1));
        Assert.Equal(1 + 2 + 32 + 1, layout.SizeOf(81));
    }

    [Fact]
    public void Before_FirstOfGroup_IsLastOfTheGroupBefore()
    {
        OperatorLayout layout = new(DisputeModels.Tiny, 0, 2, hasPick: false);
        Assert.Null(layout.Before(new EntryPlace(0, 0)));
        Assert.Equal(new EntryPlace(0, 0), layout.Before(new EntryPlace(1, 0)));
        Assert.Equal(new EntryPlace(1, layout.SizeOf(1) - 1), layout.Before(new EntryPlace(2, 0)));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(0, 3)]
    [InlineData(0, 0)]
    [InlineData(-1, 1)]
    public void Layout_LayersOutsideOfModel_AreRefused(int first, int count) =>
        Assert.Throws<ArgumentException>(() => new OperatorLayout(DisputeModels.Tiny, first, count, hasPick: false));

    [Fact]
    public void IsDisputable_ModelsOfOtherOperatorsOrShapes_AreNot()
    {
        DisputeModel tiny = DisputeModels.Tiny;
        Assert.True(tiny.IsDisputable && DisputeModels.TinyLlama.IsDisputable && DisputeModels.Llama70B.IsDisputable);
        DisputeModel[] refused =
        [
            tiny with { Architecture = 2 }, tiny with { RopePairing = 2 }, tiny with { KvHeadCount = 3 }, tiny with { KvHeadCount = 0 },
            tiny with { RopeDimensions = 18 }, tiny with { RopeDimensions = 7 }, tiny with { EmbeddingLength = 0 },
            tiny with { FeedForwardLength = 140_000 }, tiny with { VocabularySize = uint.MaxValue }, tiny with { HeadCount = uint.MaxValue },
        ];
        Assert.All(refused, model => Assert.False(model.IsDisputable));
        using DisputeWorld world = new(DisputeShape.Small);
        Assert.Throws<ArgumentException>(() => OperatorList.Build(refused[0], world.Own.Outputs, null));
    }

    [Theory]
    [InlineData("Small", false)]
    [InlineData("Small", true)]
    [InlineData("Long", true)]
    [InlineData("TwoSegments", true)]
    public void Entries_OfEdgesAndRows_FoldToTheTraceLeaf(string shape, bool isSealed)
    {
        using DisputeWorld world = new(Shapes.Named(shape) with { IsSealed = isSealed });
        OperatorLayout layout = world.Own.Layout;
        uint width = world.Model.EmbeddingLength;
        Bytes32[] first = [.. world.Own.Entries.Groups[0]];
        Bytes32[] last = [.. Pick(world, layout.LayerCount, DisputeOperator.FeedForwardResidual)];
        Bytes32[] rows = [.. Enumerable.Range(1, layout.LayerCount).SelectMany(group =>
            Pick(world, group, DisputeOperator.KeyRow).Concat(Pick(world, group, DisputeOperator.ValueRow)))];
        Bytes32 leaf = TraceCommitment.Leaf(
            world.Context.Position, Root("TT/vect1", width, first), Root("TT/vect1", width, last), Root("TT/kvpo1", (uint)rows.Length, rows));

        Assert.Equal(world.TraceLeaves[(int)world.Context.Position], leaf);
    }

    [Fact]
    public void Commitment_OfList_BindsChallengerSaltAndRoot()
    {
        using DisputeWorld world = new(DisputeShape.Small);
        Address a = Address.Parse("0x00000000000000000000000000000000000000aa"), b = Address.Parse("0x00000000000000000000000000000000000000bb");
        Bytes32 salt = Sha256.Hash([1]);
        AbiType[] types = [AbiType.Parse("address"), AbiType.Parse("bytes32"), AbiType.Parse("bytes32")];

        Assert.Equal(Keccak256.Hash(AbiCodec.Encode(types, [a, salt, world.Own.Entries.Root])), world.Own.Entries.Commitment(a, salt));
        Assert.NotEqual(world.Own.Entries.Commitment(a, salt), world.Own.Entries.Commitment(b, salt));
    }

    [Fact]
    public void Salts_OfSealedList_AreAllDifferent()
    {
        using DisputeWorld world = new(DisputeShape.TwoPages with { IsSealed = true });
        HashSet<string> salts = [];
        int pages = 0;
        foreach ((EntryPlace place, OperatorPlace op) in ListUnits.Entries(world.Own.Layout))
        {
            bool isPaged = op.Operator.Form() is OperatorForm.Vector or OperatorForm.Matrix;
            byte[] content = world.Own.AnswerContent(place.Group, place.Index);
            foreach (byte[] page in isPaged ? content.Chunk(1024 + 32) : [content])
            {
                salts.Add(Convert.ToHexString(page.AsSpan(0, 32)));
                pages++;
            }
        }

        Assert.Equal(pages, salts.Count);
    }

    private static IEnumerable<Bytes32> Pick(DisputeWorld world, int group, DisputeOperator op) =>
        Enumerable.Range(0, world.Model.UnitsOf(op)).Select(unit => world.Own.Entries[world.Own.Layout.Locate(group, op, unit)]);

    private static Bytes32 Root(string tag, uint size, Bytes32[] nodes) =>
        Sha256Merkle.Root(new MerkleTag(tag), size, new MerkleTree<Sha256Merkle>(nodes).TreeHash);
}
