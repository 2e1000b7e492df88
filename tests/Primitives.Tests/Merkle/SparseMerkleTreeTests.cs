namespace TeeTee.Primitives.Tests.Merkle;

public sealed class SparseMerkleTreeTests
{
    [Fact]
    public void Set_RandomUpdates_AgreeWithDefinition()
    {
        Random random = new(11);
        var keys = Enumerable.Range(0, 24).Select(i => Key(random, i)).ToArray();
        Dictionary<Address, Bytes32> model = [];
        var tree = SparseMerkleTree.Empty;
        for (var step = 0; step < 200; step++)
        {
            var key = keys[random.Next(keys.Length)];
            var value = random.Next(3) == 0 ? Bytes32.Zero : Keccak256.Hash(BitConverter.GetBytes(step));
            tree = tree.Set(key, value);
            model[key] = value;
            Assert.Equal(Definition(model), tree.Root);
            Assert.Equal(model.Values.Count(leaf => !leaf.IsZero), tree.Count);
            foreach (var probe in keys)
            {
                var leaf = model.GetValueOrDefault(probe);
                Assert.Equal(leaf, tree.Get(probe));
                var proof = tree.Prove(probe);
                Assert.Equal(tree.Root, proof.ComputeRoot(probe, leaf));
                Assert.NotEqual(tree.Root, proof.ComputeRoot(probe, Keccak256.Hash([1])));
            }
        }
    }

    [Fact]
    public void ComputeRoot_NewLeafWithOldSiblings_IsUpdatedRoot()
    {
        Random random = new(5);
        var tree = SparseMerkleTree.Empty;
        for (var i = 0; i < 100; i++)
        {
            var key = Key(random, i);
            var value = Keccak256.Hash(BitConverter.GetBytes(i));
            var proof = tree.Prove(key);
            var before = tree;
            tree = tree.Set(key, value);
            Assert.Equal(tree.Root, proof.ComputeRoot(key, value));
            Assert.Equal(before.Root, proof.ComputeRoot(key, Bytes32.Zero));
            Assert.Equal(before.Root, tree.Set(key, Bytes32.Zero).Root);
        }
    }

    [Fact]
    public void Prove_NeighbourInLastBit_HasDeepestSibling()
    {
        var even = new byte[20];
        even[19] = 2;
        var odd = new byte[20];
        odd[19] = 3;
        var value = Keccak256.Hash([9]);
        var proof = SparseMerkleTree.Empty.Set(new Address(odd), value).Prove(new Address(even));
        Assert.Equal("0x" + new string('0', 63) + "1", proof.Bitmap.ToString());
        Assert.Equal([value], proof.Siblings);
    }

    [Fact]
    public void TryCreate_HostileParts_Refuses()
    {
        var value = Keccak256.Hash([9]);
        var one = Bytes32.Parse("0x" + new string('0', 63) + "1");
        var high = Bytes32.Parse("0x" + new string('0', 23) + "1" + new string('0', 40));
        Assert.True(SparseMerkleProof.TryCreate(one, [value], out _));
        Assert.False(SparseMerkleProof.TryCreate(one, [], out _));
        Assert.False(SparseMerkleProof.TryCreate(one, [Bytes32.Zero], out _));
        Assert.False(SparseMerkleProof.TryCreate(one, [value, value], out _));
        Assert.False(SparseMerkleProof.TryCreate(high, [value], out _));
        Assert.Throws<ArgumentException>(() => new SparseMerkleProof(one, []));
    }

    private static Address Key(Random random, int index)
    {
        var data = new byte[20];
        random.NextBytes(data);
        // A third of the keys share long prefixes, so that forks happen at every height.
        if (index % 3 == 0)
            data.AsSpan(0, random.Next(20)).Clear();
        return new Address(data);
    }

    // The definition, level by level from the leaves, on the non-zero nodes alone.
    private static Bytes32 Definition(Dictionary<Address, Bytes32> leaves)
    {
        Dictionary<System.Numerics.BigInteger, Bytes32> level = [];
        foreach (var (key, value) in leaves.Where(pair => !pair.Value.IsZero))
            level[new System.Numerics.BigInteger(key.ToArray(), isUnsigned: true, isBigEndian: true)] = value;
        for (var depth = 0; depth < 160; depth++)
        {
            Dictionary<System.Numerics.BigInteger, Bytes32> above = [];
            foreach (var index in level.Keys)
            {
                var parent = index >> 1;
                above[parent] = KeccakMerkle.Node(level.GetValueOrDefault(parent << 1), level.GetValueOrDefault((parent << 1) + 1));
            }
            level = above;
        }
        return level.Count == 0 ? Bytes32.Zero : level[0];
    }
}
