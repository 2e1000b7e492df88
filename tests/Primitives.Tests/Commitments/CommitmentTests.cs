namespace TeeTee.Primitives.Tests;

/// <summary>The golden values are those of reference.py beside this file, which follows docs/protocol.md with hashlib alone.</summary>
public sealed class CommitmentTests
{
    private static readonly byte[][] s_rows = [.. Enumerable.Range(0, 6).Select(row => Enumerable.Range(0, 16).Select(i => (byte)(row * 16 + i)).ToArray())];

    [Theory]
    [InlineData(0, "0x820adcf1df4e546f9c5feaaf34818035beac1e760f4144642eb3f63a22f17bfa")]
    [InlineData(1, "0xafe0be5cd88cd0a2ccb88acec7ab94ffaaa3cc74be7b10bfe19556b3d99a824a")]
    [InlineData(255, "0x96056e76e41bdd0faf89eeec6ec2b978ec6391a9e3a1ed6b418fc7f3b32b9b59")]
    [InlineData(256, "0x27d6e88beead3bc4c06ca634e6da42e37c617e42e23512de2321023b5564d480")]
    [InlineData(257, "0x41c41e7bb89694aaf3bfe84699737aa86a4867bd1d364b89393200b0b0f0130a")]
    [InlineData(2048, "0x94017e08bbd53fa8891776cd4793e485294b653dd63d406d69ea96f47558262b")]
    [InlineData(2500, "0x27886f389dada913a906f5857828a5e466167caf2b14b85299819ac8aa7c5147")]
    public void VectorRoot_Golden_IsKnown(int count, string expected)
    {
        Assert.Equal(expected, VectorCommitment.Root(Vector(count)).ToString());
        Assert.Equal(expected, VectorCommitment.Root(Bytes(Vector(count)), (ulong)count).ToString());
    }

    [Theory]
    [InlineData(0, "0x45e47d5823b21625e04844a7256f14693e6b5cdbab4a0ba72c9a200e5aac6033")]
    [InlineData(1, "0xe139def787dd6511c0eb43108a862fff380f95e3c811f814f4ca11f2bebbde54")]
    [InlineData(256, "0x19f87d2fdfee460a2c01cefb7af0d6752dbc86909b2bf744645d57b3364d98bd")]
    [InlineData(257, "0x29c3a3df887c5f32827ecee0c3e8c2eee0efef0cd6c344a0b2dff492dabeb7ab")]
    [InlineData(1000, "0xa57d5da1625fc5eaa0ff14eed6ae711e9649724e22a83b8794300d2dcd0f6cfa")]
    public void TokensRoot_Golden_IsKnown(int count, string expected) =>
        Assert.Equal(expected, TokenCommitment.Root(Tokens(count)).ToString());

    [Fact]
    public void KvRoots_Golden_AreKnown()
    {
        byte[] rows = [.. s_rows.SelectMany(row => row)];
        byte[] reversed = [.. s_rows.Reverse().SelectMany(row => row)];
        var root = PositionRows.Root(rows);
        Assert.Equal("0xa17267bdfb63d80b75e2aa6752db1371e9b94d9fb61f16a810402de8f00432ce", root.ToString());
        Assert.Equal(
            "0x96bead4b49176cedaba42936fd2550fd666b5566e6a285f6b87c848978556761",
            KvCommitment.LayerRoot([KvCommitment.LayerLeaf(rows), KvCommitment.LayerLeaf(reversed)]).ToString());
        var path = MerkleTree<Sha256Merkle>.FromData(s_rows).Prove(4);
        Assert.True(KvCommitment.VerifyRow(root, 6, 4, s_rows[4], path));
        Assert.False(KvCommitment.VerifyRow(root, 6, 4, s_rows[5], path));
        Assert.Throws<ArgumentException>(() => PositionRows.Root(rows, 17));
    }

    [Theory]
    [InlineData(1, "0x297237e90efeca3c9c5bfd39afba9e4ffc82772c1a565e076fb0dbdf94ce385c")]
    [InlineData(5, "0x8fd38f8b0b8c2a518bc6337495c881cdb85c1cf51348003ef82a1eb8b6934f69")]
    [InlineData(8, "0x38d4bb2ceb4d6dfe053cbcfa7c0b69e6226419a6a82709ba348a5df2c05eb06c")]
    public void TraceRoot_Golden_IsKnown(int count, string expected)
    {
        Assert.Equal("0x41a542f0dcbcc7617f39f4edb6168caef128cf22faaf1a4d6ffbe44df4b0dac1", Leaf(7).ToString());
        Bytes32[] leaves = [.. Enumerable.Range(0, count).Select(Leaf)];
        MerkleFrontier<Sha256Merkle> frontier = new();
        foreach (var leaf in leaves)
            frontier.Append(TraceCommitment.LeafHash(leaf));
        Assert.Equal(expected, TraceCommitment.Root(leaves).ToString());
        Assert.Equal(expected, TraceCommitment.Root(frontier).ToString());
        for (var position = 0; position < count; position++)
        {
            var path = TraceCommitment.Prove(leaves, position);
            Assert.True(TraceCommitment.Verify(TraceCommitment.Root(leaves), (uint)count, (uint)position, leaves[position], path));
            Assert.False(TraceCommitment.Verify(TraceCommitment.Root(leaves), (uint)count, (uint)position, Leaf(99), path));
        }
    }

    [Fact]
    public void VerifyPage_EveryPage_HoldsAndChangesFail()
    {
        foreach (var count in new[] { 1, 256, 257, 700, 2048 })
        {
            var data = Bytes(Vector(count));
            var root = VectorCommitment.Root(data, (ulong)count);
            for (var page = 0; page * 1024 < data.Length; page++)
            {
                var path = VectorCommitment.ProvePage(data, page);
                var bytes = data[(page * 1024)..Math.Min(data.Length, (page + 1) * 1024)];
                Assert.True(VectorCommitment.VerifyPage(root, (ulong)count, 4, (ulong)page, bytes, path));
                Assert.False(VectorCommitment.VerifyPage(root, (ulong)count + 1, 4, (ulong)page, bytes, path));
                Assert.False(VectorCommitment.VerifyPage(root, (ulong)count, 4, (ulong)page + 1, bytes, path));
                Assert.False(VectorCommitment.VerifyPage(root, (ulong)count, 4, (ulong)page, bytes[..^1], path));
                Assert.False(VectorCommitment.VerifyPage(root, (ulong)count, 4, (ulong)page, [.. bytes, 0], path));
                bytes[0] ^= 1;
                Assert.False(VectorCommitment.VerifyPage(root, (ulong)count, 4, (ulong)page, bytes, path));
            }
            Assert.False(VectorCommitment.VerifyPage(root, ulong.MaxValue, 4, 0, data, []));
            Assert.False(VectorCommitment.VerifyPage(root, (ulong)count, 0, 0, data, []));
        }
    }

    [Fact]
    public void VerifyPage_Tokens_HoldAndChangesFail()
    {
        var tokens = Tokens(700);
        var root = TokenCommitment.Root(tokens);
        var path = TokenCommitment.ProvePage(tokens, 2);
        Assert.True(TokenCommitment.VerifyPage(root, 700, 2, tokens.AsSpan(512), path));
        Assert.False(TokenCommitment.VerifyPage(root, 700, 1, tokens.AsSpan(512), path));
        Assert.False(TokenCommitment.VerifyPage(root, 701, 2, tokens.AsSpan(512), path));
        Assert.False(TokenCommitment.VerifyPage(root, 700, 2, tokens.AsSpan(511), path));
    }

    [Theory]
    [InlineData(5, 4)]
    [InlineData(4, 8)]
    [InlineData(1, 0)]
    public void VectorRoot_BytesThatAreNoElements_Throws(int bytes, int count) =>
        Assert.Throws<ArgumentException>(() => VectorCommitment.Root(new byte[bytes], (ulong)count));

    private static float[] Vector(int count) => [.. Enumerable.Range(0, count).Select(i => i / 4f)];

    private static uint[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(i => (uint)i * 70_001)];

    private static byte[] Bytes(float[] elements)
    {
        ByteWriter writer = new();
        foreach (var element in elements)
            writer.WriteSingleLe(element);
        return writer.ToArray();
    }

    private static Bytes32 Leaf(int position) => TraceCommitment.Leaf(
        (uint)position,
        VectorCommitment.Root(Vector(position)),
        VectorCommitment.Root(Vector(position + 1)),
        PositionRows.Root([.. s_rows.SelectMany(row => row)]));
}
