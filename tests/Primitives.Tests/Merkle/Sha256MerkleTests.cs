namespace TeeTee.Primitives.Tests.Merkle;

/// <summary>Batches against the definition, node by node.</summary>
public sealed class Sha256MerkleTests
{
    [Fact]
    public void Fold_TreesOfEverySize_EqualTheDefinition()
    {
        Random random = new(2);
        for (var count = 1; count <= 70; count++)
        {
            var trees = 1 + (count % 7);
            var stride = count + (count % 3);
            var leaves = Hashes(random, trees * stride);
            Bytes32[] expected = [.. Enumerable.Range(0, trees).Select(tree => Recursive(leaves.AsSpan(tree * stride, count)))];
            Sha256Merkle.Fold(leaves, trees, stride, count);
            Assert.Equal(expected, Enumerable.Range(0, trees).Select(tree => leaves[tree * stride]));
        }
    }

    [Fact]
    public void Tree_AnySize_EqualsTheDefinition()
    {
        var leaves = Hashes(new Random(3), 530);
        foreach (var count in (int[])[1, 2, 3, 15, 16, 17, 31, 33, 64, 100, 255, 256, 257, 511, 530])
        {
            MerkleTree<Sha256Merkle> tree = new(leaves.AsSpan(0, count));
            Assert.Equal(Recursive(leaves.AsSpan(0, count)), tree.TreeHash);
            Assert.True(MerkleProof.TryTreeHash<Sha256Merkle>((ulong)count, (ulong)count - 1, leaves[count - 1], tree.Prove(count - 1), out var mth));
            Assert.Equal(tree.TreeHash, mth);
        }
    }

    [Fact]
    public void Frontier_AnyCuts_EqualsLeafByLeaf()
    {
        Random random = new(4);
        var leaves = Hashes(random, 900);
        for (var round = 0; round < 20; round++)
        {
            MerkleFrontier<Sha256Merkle> single = new();
            MerkleFrontier<Sha256Merkle> batched = new();
            for (var at = 0; at < leaves.Length;)
            {
                var take = Math.Min(random.Next(0, 400), leaves.Length - at);
                batched.Append(leaves.AsSpan(at, take));
                foreach (var leaf in leaves.AsSpan(at, take))
                    single.Append(leaf);
                at += take;
                Assert.Equal(single.Peaks, batched.Peaks);
                Assert.Equal(single.Count, batched.Count);
            }
            Assert.Equal(Recursive(leaves), batched.TreeHash);
        }
    }

    [Fact]
    public void Fold_OutOfBounds_IsRefused()
    {
        var leaves = new Bytes32[10];
        Assert.Throws<ArgumentException>(() => Sha256Merkle.Fold(leaves, 3, 4, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Merkle.Fold(leaves, 2, 2, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Merkle.Fold(leaves, 1, 1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => Sha256Merkle.Fold(leaves, -1, 1, 1));
        Assert.Throws<ArgumentException>(() => Sha256Merkle.Nodes(leaves, new Bytes32[4]));
    }

    private static Bytes32 Recursive(ReadOnlySpan<Bytes32> leaves)
    {
        if (leaves.Length == 1)
            return leaves[0];
        var left = 1;
        while (2 * left < leaves.Length)
            left *= 2;
        return Sha256Merkle.Node(Recursive(leaves[..left]), Recursive(leaves[left..]));
    }

    private static Bytes32[] Hashes(Random random, int count)
    {
        var hashes = new Bytes32[count];
        var data = new byte[Bytes32.Size];
        for (var i = 0; i < count; i++)
        {
            random.NextBytes(data);
            hashes[i] = new Bytes32(data);
        }
        return hashes;
    }
}
