using TeeTee.Inference.Disputes;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Engine;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Disputes;

public class WeightTreeTests
{
    [Fact]
    public void Root_OfModel_IsItsWeightsRoot()
    {
        using CanonicalModel model = EngineRuns.Odd.Import();
        Assert.Equal(model.ComputeIdentity(CancellationToken.None).WeightsRoot, WeightTree.Build(model, CancellationToken.None).Root);
    }

    [Fact]
    public void Prove_FirstAndLastPageOfEveryTensor_OpenBelowTheRoot()
    {
        using CanonicalModel model = EngineRuns.Odd.Import();
        WeightTree tree = WeightTree.Build(model, CancellationToken.None);
        ulong count = (ulong)tree.LeafHashes.Count(), index = 0;
        foreach ((TensorRole role, int layer) in TensorCatalog.All(model.Config))
        {
            CanonicalTensor tensor = model.GetTensor(role, layer);
            int pages = WeightPage.CountPerRow(tensor);
            foreach ((int row, int page) in ((int, int)[])[(0, 0), (tensor.Rows - 1, pages - 1)])
            {
                ProvenPage proof = tree.Prove(tensor.TensorId, row, page);
                Bytes32 leaf = Sha256Merkle.Leaf(WeightPage.LeafData(tensor, row, page));
                Assert.Equal(WeightPage.Content(tensor, row, page).ToArray(), proof.Content);
                Assert.True(MerkleProof.Verify<Sha256Merkle>(
                    new MerkleTag("TT/wght1"), tree.Root, count, index + (ulong)(row * pages + page), leaf, proof.Path));
            }

            index += (ulong)(tensor.Rows * pages);
        }

        Assert.Equal(count, index);
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Prove(63, 0, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Prove(1, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Prove(1, 320, 0));
    }

    [Fact]
    public void Restore_KeptHashes_GivesTheTree()
    {
        using CanonicalModel model = EngineRuns.Odd.Import();
        WeightTree tree = WeightTree.Build(model, CancellationToken.None);
        Bytes32[] kept = [.. tree.LeafHashes];
        Assert.Equal(tree.Root, WeightTree.Restore(model, kept, tree.Root).Root);
        kept[7] = Bytes32.Zero;
        Assert.Throws<ArgumentException>(() => WeightTree.Restore(model, kept, tree.Root));
    }
}
