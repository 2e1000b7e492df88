using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;
using TeeTee.Primitives;

namespace TeeTee.Inference.Tests.Models;

public class ModelIdentityTests
{
    private static readonly SyntheticModel s_base = new()
    {
        Embedding = 32, FeedForward = 64, Layers = 2, Heads = 2, KvHeads = 1, Vocabulary = 300, Context = 16,
    };

    /// <summary>Computed from the same file by an independent Python script (hashlib, mpmath, a Keccak of its own).</summary>
    [Fact]
    public void ComputeIdentity_SeededModel_IsTheGoldenValue()
    {
        ModelIdentity identity = Identify(s_base);
        Assert.Equal("0x2768ba5cdd43a6a654ede7a060b06d6cccc33a3fbb745f6d6c7369f7bc7fd1dc", identity.WeightsRoot.ToString());
        Assert.Equal("0xb32def0b068591cdefcec0181d3f07f21d5d13ab1f83aa6197727d279e3f4533", identity.ConfigHash.ToString());
        Assert.Equal("0xddd2e79716490e0ff2095742ee695cf86583b3de70abad74136a45c7d7aefa39", identity.TokenizerHash.ToString());
        Assert.Equal("0x7c581b79ff9f0aad54ffa3c4634cef6fec59cc778870fadb15f903e61e75c418", identity.ModelId.ToString());
    }

    [Fact]
    public void ComputeIdentity_TwoImportsAndAnotherName_Agree()
    {
        byte[] renamed = s_base.Build();
        int at = renamed.AsSpan().IndexOf("synthetic 1"u8);
        renamed[at] = (byte)'S';
        Assert.Equal(Identify(s_base), Identify(renamed));
    }

    public static TheoryData<string, string> Changes => new()
    {
        { "weight", "W" }, { "norm", "W" }, { "rope base", "W" }, { "epsilon", "C" }, { "template", "T" }, { "context", "WC" },
        { "token", "T" }, { "bos", "T" }, { "tied", "WC" }, { "score", "T" }, { "add bos", "T" },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void ComputeIdentity_AnyChange_ChangesItsPartAndTheModelId(string what, string parts)
    {
        ModelIdentity before = Identify(s_base);
        ModelIdentity after = Identify(Changed(what));
        Assert.NotEqual(before.ModelId, after.ModelId);
        Assert.Equal(parts.Contains('W'), before.WeightsRoot != after.WeightsRoot);
        Assert.Equal(parts.Contains('C'), before.ConfigHash != after.ConfigHash);
        Assert.Equal(parts.Contains('T'), before.TokenizerHash != after.TokenizerHash);
    }

    [Fact]
    public void ComputeIdentity_AnyWeightByte_ChangesTheRoot()
    {
        byte[] original = s_base.Build();
        using GgufFile file = GgufFile.Parse(original);
        ModelIdentity before = Identify(original);
        Random random = new(3);
        foreach (GgufTensor tensor in file.Tensors)
        {
            byte[] changed = [.. original];
            changed[tensor.Offset + random.NextInt64(tensor.ByteLength)] ^= 1;
            Assert.NotEqual(before.WeightsRoot, Identify(changed).WeightsRoot);
        }
    }

    [Fact]
    public void ComputeIdentity_SwappedLayers_Differs()
    {
        byte[] swapped = s_base.Build();
        int first = swapped.AsSpan().IndexOf("blk.0.attn_q.weight"u8);
        int second = swapped.AsSpan().IndexOf("blk.1.attn_q.weight"u8);
        swapped[first + 4] = (byte)'1';
        swapped[second + 4] = (byte)'0';
        Assert.NotEqual(Identify(s_base).WeightsRoot, Identify(swapped).WeightsRoot);
    }

    [Fact]
    public void ComputeIdentity_FloatsAndTheirQ8Form_AreTheSameModel() =>
        Assert.Equal(Identify(s_base with { MatrixType = GgufType.F32 }), Identify(s_base));

    [Fact]
    public void LeafData_LongRow_IsCutIntoPagesWithTheirPlace()
    {
        byte[] row = new byte[(8192 + 64) / 32 * 34];
        row[8192 / 32 * 34] = 0xAB;
        CanonicalTensor tensor = new(TensorRole.FeedForwardDown, 3, CanonicalType.Q8_0, 2, 8192 + 40, (byte[])[.. row, .. row]);
        Assert.Equal(2, WeightPage.CountPerRow(tensor));
        byte[] leaf = WeightPage.LeafData(tensor, 1, 1);
        Assert.Equal(24 + 68, leaf.Length);
        Assert.Equal(Convert.FromHexString("000001130000000800000002000020400000000100000001AB"), leaf[..25]);
        Assert.Equal(24 + 8704, WeightPage.LeafData(tensor, 0, 0).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightPage.LeafData(tensor, 2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => WeightPage.LeafData(tensor, 0, 2));
    }

    [Fact]
    public void WeightsRoot_OverAllLeafData_IsTheTreeOfTheSpecification()
    {
        using CanonicalModel model = s_base.Import();
        List<byte[]> leaves = [];
        List<uint> order = [];
        foreach ((TensorRole role, int layer) in TensorCatalog.All(model.Config))
        {
            CanonicalTensor tensor = model.GetTensor(role, layer);
            order.Add(tensor.TensorId);
            for (int row = 0; row < tensor.Rows; row++)
            {
                for (int page = 0; page < WeightPage.CountPerRow(tensor); page++)
                    leaves.Add(WeightPage.LeafData(tensor, row, page));
            }
        }
        Assert.Equal([.. order.Distinct().Order()], order);
        Bytes32 expected = MerkleTree<Sha256Merkle>.FromData(leaves).Root(new MerkleTag("TT/wght1"));
        Assert.Equal(expected, model.ComputeIdentity(CancellationToken.None).WeightsRoot);
    }

    [Fact]
    public void ComputeIdentity_Canceled_StopsAndCanBeRepeated()
    {
        using CanonicalModel model = s_base.Import();
        Assert.Throws<OperationCanceledException>(() => model.ComputeIdentity(new CancellationToken(true)));
        ModelIdentity identity = model.ComputeIdentity(CancellationToken.None);
        Assert.Same(identity, model.ComputeIdentity(CancellationToken.None));
    }

    private static byte[] Changed(string what) => what switch
    {
        "weight" => (s_base with { Alter = static (name, data) => Flip(name == "blk.1.ffn_up.weight", data, 40) }).Build(),
        "norm" => (s_base with { Alter = static (name, data) => Flip(name == "output_norm.weight", data, 4) }).Build(),
        "rope base" => (s_base with { RopeBase = 10_001f }).Build(),
        "epsilon" => (s_base with { Epsilon = 1e-6f }).Build(),
        "template" => (s_base with { ChatTemplate = "{{ bos_token }}" }).Build(),
        "context" => (s_base with { Context = 17 }).Build(),
        "tied" => (s_base with { TiedOutput = true }).Build(),
        "token" => Replace("filler299"u8, "filler29X"u8),
        "score" => Replace("filler299"u8, "filler299"u8, score: true),
        "bos" => s_base.ToBuilder().With("tokenizer.ggml.eot_token_id", 5u).Build(),
        "add bos" => s_base.ToBuilder().With("tokenizer.ggml.add_bos_token", false).Build(),
        _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
    };

    private static byte[] Flip(bool here, byte[] data, int at)
    {
        if (here)
            data[at] ^= 1;
        return data;
    }

    private static byte[] Replace(ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, bool score = false)
    {
        byte[] bytes = s_base.Build();
        to.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf(from)));
        if (score)
            bytes[bytes.AsSpan().IndexOf("tokenizer.ggml.token_type"u8) - 12] ^= 1;
        return bytes;
    }

    private static ModelIdentity Identify(SyntheticModel synthetic) => Identify(synthetic.Build());

    private static ModelIdentity Identify(byte[] bytes)
    {
        using CanonicalModel model = CanonicalModel.Import(GgufFile.Parse(bytes));
        return model.ComputeIdentity(CancellationToken.None);
    }
}
