namespace TeeTee.Primitives.Tests;

/// <summary>The golden values are those of reference.py beside this file.</summary>
public sealed class SaltTests
{
    private const uint Vocabulary = 32_000;

    private static readonly CommitmentSalts s_salts = new(new Bytes32([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));

    [Fact]
    public void SaltedRoots_Golden_AreKnown()
    {
        byte[] rows = [.. Enumerable.Range(0, 96).Select(i => (byte)i)];
        Assert.Equal("0x65f7380cb9e6a82158bcc8598ceb23fc95efe9a65c81c92203b3a1d153b0af87", s_salts.Of(SaltKind.VectorPage, 5, 260, 2).ToString());
        Assert.Equal("0x41ef342cf86151e1399c84c0e31070311c88c4ec89b4fe2441a04242b8777cce", TokenCommitment.Root(Tokens(300), s_salts.Tokens).ToString());
        Assert.Equal("0xa3f364be6f15cb68f459734e70dccdc84aadb7c3e1d5dc1e7b8c0d01fd0f19d9", TokenCommitment.Root(Tokens(300), s_salts.PromptTokens).ToString());
        Assert.Equal("0x684f1629a1cd48785e4ac8ef8338df0f4b3a57527b85581233d42b0163bd024a", VectorCommitment.Root(Vector(700), s_salts.Vector(2, 9)).ToString());
        Assert.Equal(
            "0x9fd19b6c902834f65f74a36e59beffa450760fa91f8aea88eac94a07ec067e51",
            PositionRows.Root(rows, s_salts, 4, 9).ToString());
    }

    [Fact]
    public void SaltedRoots_AnyOtherPlaceOrKey_Differ()
    {
        CommitmentSalts other = new(Bytes32.Zero);
        var vector = Vector(700);
        byte[] rows = new byte[32];
        HashSet<Bytes32> roots =
        [
            VectorCommitment.Root(vector), VectorCommitment.Root(vector, s_salts.Vector(2, 9)), VectorCommitment.Root(vector, s_salts.Vector(3, 9)),
            VectorCommitment.Root(vector, s_salts.Vector(2, 8)), VectorCommitment.Root(vector, other.Vector(2, 9)),
            PositionRows.Root(rows), PositionRows.Root(rows, s_salts, 0, 1),
            PositionRows.Root(rows, s_salts, 1, 1), PositionRows.Root(rows, s_salts, 0, 2),
            TokenCommitment.Root(Tokens(300)), TokenCommitment.Root(Tokens(300), s_salts.Tokens), TokenCommitment.Root(Tokens(300), s_salts.PromptTokens),
            TokenCommitment.Root(Tokens(300), other.Tokens),
        ];

        Assert.Equal(13, roots.Count);
    }

    [Fact]
    public void VerifyPage_Salted_NeedsThePagesOwnSalt()
    {
        var tokens = Tokens(700);
        LeafSalts salts = s_salts.Tokens;
        var root = TokenCommitment.Root(tokens, salts);
        var path = TokenCommitment.ProvePage(tokens, 2, salts);
        var data = PagedHash.LittleEndianBytes<float>(Vector(700)).ToArray();
        var vectorRoot = VectorCommitment.Root(data, 700, s_salts.Vector(1, 3));
        var vectorPath = VectorCommitment.ProvePage(data, 1, s_salts.Vector(1, 3));

        Assert.True(TokenCommitment.VerifyPage(root, 700, 2, tokens.AsSpan(512), path, salts[2]));
        Assert.False(TokenCommitment.VerifyPage(root, 700, 2, tokens.AsSpan(512), path, salts[1]));
        Assert.False(TokenCommitment.VerifyPage(root, 700, 2, tokens.AsSpan(512), path));
        Assert.True(VectorCommitment.VerifyPage(vectorRoot, 700, 4, 1, data.AsSpan(1024, 1024), vectorPath, s_salts.Vector(1, 3)[1]));
        Assert.False(VectorCommitment.VerifyPage(vectorRoot, 700, 4, 1, data.AsSpan(1024, 1024), vectorPath));
    }

    [Fact]
    public void VerifyRow_Salted_NeedsTheRowsOwnSalt()
    {
        byte[] rows = [.. Enumerable.Range(0, 96).Select(i => (byte)i)];
        Bytes32[] leaves = [.. Enumerable.Range(0, 6).Select(i => Sha256Merkle.Leaf(s_salts.KvRows(4 + (i / 2), 9)[i % 2], rows.AsSpan(i * 16, 16)))];
        var root = PositionRows.Root(rows, s_salts, 4, 9);
        var path = new MerkleTree<Sha256Merkle>(leaves).Prove(3);

        Assert.True(KvCommitment.VerifyRow(root, 6, 3, rows.AsSpan(48, 16), path, s_salts.KvRows(5, 9)[1]));
        Assert.False(KvCommitment.VerifyRow(root, 6, 3, rows.AsSpan(48, 16), path, s_salts.KvRows(5, 9)[0]));
        Assert.False(KvCommitment.VerifyRow(root, 6, 3, rows.AsSpan(48, 16), path));
    }

    /// <summary>An attack that works has to be shown first: without salts a root tells a short text to whoever tries all of them.</summary>
    [Fact]
    public void Dictionary_OverTheWholeVocabulary_FindsAnUnsaltedTokenAndNoSaltedOne()
    {
        uint[] secret = [17_231];

        Assert.Equal(secret[0], Search(TokenCommitment.Root(secret)));
        Assert.Null(Search(TokenCommitment.Root(secret, s_salts.PromptTokens)));
        Assert.Null(Search(TokenCommitment.Root(secret, s_salts.Tokens)));
    }

    private static uint? Search(Bytes32 root)
    {
        for (uint id = 0; id < Vocabulary; id++)
        {
            if (TokenCommitment.Root([id]) == root)
                return id;
        }
        return null;
    }

    private static uint[] Tokens(int count) => [.. Enumerable.Range(0, count).Select(i => (uint)i * 70_001)];

    private static float[] Vector(int count) => [.. Enumerable.Range(0, count).Select(i => i / 4f)];
}
