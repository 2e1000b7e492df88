using TeeTee.Primitives;
using TeeTee.Rollup.Disputes;

namespace TeeTee.Rollup.Tests.Disputes;

public class WeightProofTests
{
    private const uint Embedding = 1;
    private const uint OutputNorm = 2;
    private const uint Query = 64 + 12;

    [Theory]
    [InlineData(Embedding, 3)]
    [InlineData(OutputNorm, 0)]
    [InlineData(Query, 1)]
    public void Verify_PageOfTheModel_OpensAtItsPlaceAlone(uint tensorId, uint row)
    {
        using DisputeWorld world = new(DisputeShape.Small);
        ProvenPage page = world.Weights.Prove(tensorId, (int)row, 0);
        bool Opens(ProvenPage shown, uint atRow, Bytes32 root) => WeightProof.Verify(world.Model, root, tensorId, atRow, 0, shown);

        Assert.True(Opens(page, row, world.Weights.Root));
        Assert.False(Opens(page, row + 1, world.Weights.Root));
        Assert.False(Opens(page, row, Bytes32.Zero));
        Assert.False(Opens(page with { Path = page.Path[1..] }, row, world.Weights.Root));
        Assert.False(Opens(page with { Content = page.Content[..^1] }, row, world.Weights.Root));
        Assert.False(Opens(page with { Content = [(byte)(page.Content[0] ^ 1), .. page.Content[1..]] }, row, world.Weights.Root));
        Assert.False(WeightProof.Verify(world.Model, world.Weights.Root, tensorId, row, 1, page));
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightProof.Verify(world.Model, world.Weights.Root, 63, row, 0, page));
    }
}
