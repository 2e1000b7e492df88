namespace TeeTee.Primitives.Tests.Merkle;

public sealed class MerkleTreeTests
{
    private static readonly MerkleTag s_tag = new("TEST.v01");

    // Certificate Transparency's reference inputs and roots (google/certificate-transparency, merkle_tree_test.cc).
    private static readonly string[] s_inputs =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

    private static readonly string[] s_roots =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void TreeHash_CertificateTransparencyVectors_AreKnown()
    {
        MerkleFrontier<Sha256Merkle> frontier = new();
        for (var size = 0; size <= s_inputs.Length; size++)
        {
            var tree = MerkleTree<Sha256Merkle>.FromData([.. s_inputs[..size].Select(text => Hex.Decode(text))]);
            Assert.Equal("0x" + s_roots[size], tree.TreeHash.ToString());
            Assert.Equal(tree.TreeHash, frontier.TreeHash);
            if (size < s_inputs.Length)
                frontier.Append(Sha256Merkle.Leaf(Hex.Decode(s_inputs[size])));
        }
    }

    [Fact]
    public void TreeHash_AnySize_EqualsRecursiveDefinition()
    {
        MerkleFrontier<KeccakMerkle> frontier = new();
        List<Bytes32> leaves = [];
        for (var size = 1; size <= 70; size++)
        {
            leaves.Add(KeccakMerkle.Leaf([(byte)size]));
            frontier.Append(leaves[^1]);
            var expected = Recursive(leaves);
            Assert.Equal(expected, new MerkleTree<KeccakMerkle>(leaves.ToArray()).TreeHash);
            Assert.Equal(expected, frontier.TreeHash);
            Assert.Equal(expected, new MerkleFrontier<KeccakMerkle>(frontier.Count, frontier.Peaks.ToArray()).TreeHash);
        }
    }

    [Fact]
    public void Verify_EveryLeaf_HoldsAndChangesFail()
    {
        for (var size = 1; size <= 33; size++)
        {
            var tree = MerkleTree<Sha256Merkle>.FromData([.. Enumerable.Range(0, size).Select(i => new[] { (byte)i })]);
            var root = tree.Root(s_tag);
            for (var index = 0; index < size; index++)
            {
                var path = tree.Prove(index);
                var leaf = tree.LeafHash(index);
                Assert.True(Verify(root, size, index, leaf, path));
                Assert.False(MerkleProof.Verify<Sha256Merkle>(new MerkleTag("TEST.v02"), root, (ulong)size, (ulong)index, leaf, path));
                Assert.False(Verify(root, size + 1, index, leaf, path));
                Assert.False(Verify(root, size, index + 1, leaf, path));
                Assert.False(Verify(root, size, index, Sha256Merkle.Leaf([255]), path));
                Assert.False(Verify(root, size, index, leaf, [.. path, Bytes32.Zero]));
                if (path.Length > 0)
                {
                    Assert.False(Verify(root, size, index, leaf, path[..^1]));
                    path[size % path.Length] = Bytes32.Zero;
                    Assert.False(Verify(root, size, index, leaf, path));
                }
            }
        }
    }

    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(5UL, 5UL)]
    [InlineData(ulong.MaxValue, ulong.MaxValue)]
    public void Verify_IndexNotBelowSize_IsFalse(ulong size, ulong index) =>
        Assert.False(MerkleProof.Verify<KeccakMerkle>(s_tag, Bytes32.Zero, size, index, Bytes32.Zero, []));

    [Fact]
    public void TryTreeHash_LargestTree_NeedsSixtyFourSiblings()
    {
        var path = new Bytes32[64];
        Assert.True(MerkleProof.TryTreeHash<KeccakMerkle>(ulong.MaxValue, 0, Bytes32.Zero, path, out _));
        Assert.False(MerkleProof.TryTreeHash<KeccakMerkle>(ulong.MaxValue, 0, Bytes32.Zero, path.AsSpan(1), out _));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("too long!")]
    [InlineData("with sp.")]
    [InlineData("ümlaut12")]
    public void MerkleTag_WrongText_Throws(string text) => Assert.Throws<ArgumentException>(() => new MerkleTag(text));

    [Fact]
    public void Prove_IndexOutside_Throws()
    {
        MerkleTree<KeccakMerkle> tree = new([Bytes32.Zero]);
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Prove(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Prove(-1));
    }

    private static bool Verify(Bytes32 root, int size, int index, Bytes32 leaf, Bytes32[] path) =>
        MerkleProof.Verify<Sha256Merkle>(s_tag, root, (ulong)size, (ulong)index, leaf, path);

    // RFC 6962, section 2.1, word for word.
    private static Bytes32 Recursive(List<Bytes32> leaves)
    {
        if (leaves.Count == 1)
            return leaves[0];
        var split = 1;
        while (2 * split < leaves.Count)
            split *= 2;
        return KeccakMerkle.Node(Recursive(leaves[..split]), Recursive(leaves[split..]));
    }
}
