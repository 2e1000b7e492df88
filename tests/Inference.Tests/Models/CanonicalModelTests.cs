using System.Buffers.Binary;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Tests.Support;
using TeeTee.Numerics;

namespace TeeTee.Inference.Tests.Models;

public class CanonicalModelTests
{
    [Fact]
    public void Import_Synthetic_HasTheConfigurationOfTheFile()
    {
        using CanonicalModel model = new SyntheticModel { Heads = 4, KvHeads = 2, Context = 48 }.Import();
        ModelConfig config = model.Config;
        Assert.Equal((320, 64, 96, 2, 4, 2, 16, 16, 48), (config.VocabularySize, config.EmbeddingLength, config.FeedForwardLength,
            config.LayerCount, config.HeadCount, config.KvHeadCount, config.HeadDimension, config.RopeDimensions, config.ContextLength));
        Assert.Equal((0x3727C5ACu, 0x461C4000u, 0x3E800000u), (config.RmsEpsilonBits, config.RopeBaseBits, config.AttentionScaleBits));
        Assert.Equal((false, RopePairing.Norm, RopeScalingKind.None), (config.TiedOutput, config.RopePairing, config.RopeScaling));
        Assert.Equal((64, 32, 2), (config.QueryLength, config.KvLength, config.HeadsPerKvHead));
    }

    [Theory]
    [InlineData(GgufType.F32)]
    [InlineData(GgufType.F16)]
    [InlineData(GgufType.BF16)]
    [InlineData(GgufType.Q8_0)]
    public void GetTensor_Matrix_IsQuantizedFromWhatTheFileHolds(GgufType type)
    {
        SyntheticModel synthetic = new() { MatrixType = type, FeedForward = 100 };
        using CanonicalModel model = synthetic.Import();
        CanonicalTensor down = model.GetTensor(TensorRole.FeedForwardDown, 1);
        Assert.Equal((64, 100, 128, 136, CanonicalType.Q8_0), (down.Rows, down.Columns, down.PaddedColumns, down.RowBytes, down.Type));
        GgufType stored = type == GgufType.Q8_0 ? GgufType.F16 : type;
        float[] values = Reread(synthetic, "blk.1.ffn_down.weight", 64 * 100, 100, stored);
        for (int row = 0; row < 64; row++)
        {
            byte[] expected = new byte[136];
            Assert.True(ImportQuantizer.TryQuantizeRow(values.AsSpan(row * 100, 100), expected));
            Assert.Equal(expected, down.Row(row).ToArray());
        }
    }

    [Theory]
    [InlineData(GgufType.F32)]
    [InlineData(GgufType.F16)]
    [InlineData(GgufType.BF16)]
    public void GetTensor_Norm_IsWidenedExactly(GgufType type)
    {
        using CanonicalModel model = new SyntheticModel { NormType = type }.Import();
        CanonicalTensor norm = model.GetTensor(TensorRole.OutputNorm);
        Assert.Equal((1, 64, 64, CanonicalType.F32), (norm.Rows, norm.Columns, norm.PaddedColumns, norm.Type));
        float[] values = new SeededNoise(1, "output_norm.weight").Fill(64, 0.25f);
        for (int i = 0; i < values.Length; i++)
        {
            float exact = values[i] + 1f;
            exact = type switch
            {
                GgufType.F16 => (float)(Half)exact,
                GgufType.BF16 => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(exact) & 0xFFFF0000),
                _ => exact,
            };
            Assert.Equal(exact, BinaryPrimitives.ReadSingleLittleEndian(norm.Data.Span[(i * 4)..]));
        }
    }

    [Fact]
    public void GetTensor_RopeTables_UseTheFilesDivisors()
    {
        float[] divisors = [1f, 1f, 2f, 2f, 4f, 8f, 8f, 8f];
        using CanonicalModel model = new SyntheticModel { RopeDivisors = divisors, RopeBase = 500_000f, Context = 9 }.Import();
        Assert.Equal(RopeScalingKind.Llama3, model.Config.RopeScaling);
        CanonicalTensor sines = model.GetTensor(TensorRole.RopeSines);
        Assert.Equal((9, 8, CanonicalType.F32), (sines.Rows, sines.Columns, sines.Type));
        float[] expected = RopeTable.Create(9, 500_000f, divisors).Sines.ToArray();
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], BinaryPrimitives.ReadSingleLittleEndian(sines.Data.Span[(i * 4)..]));
    }

    [Fact]
    public void GetTensor_LinearScaling_DividesEveryAngle()
    {
        GgufBuilder builder = new SyntheticModel { Context = 5 }.ToBuilder()
            .With("llama.rope.scaling.type", "linear").With("llama.rope.scaling.factor", 4f);
        using CanonicalModel model = CanonicalModel.Import(GgufFile.Parse(builder.Build()));
        CanonicalTensor cosines = model.GetTensor(TensorRole.RopeCosines);
        float[] expected = RopeTable.Create(5, 10_000f, [.. Enumerable.Repeat(4f, 8)]).Cosines.ToArray();
        Assert.Equal(expected[^8], BinaryPrimitives.ReadSingleLittleEndian(cosines.Row(4)));
    }

    [Fact]
    public void GetTensor_WhatTheModelHasNot_Throws()
    {
        using CanonicalModel model = new SyntheticModel { TiedOutput = true }.Import();
        Assert.True(model.Config.TiedOutput);
        Assert.Throws<ArgumentException>(() => model.GetTensor(TensorRole.Output));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.GetTensor(TensorRole.AttentionKey));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.GetTensor(TensorRole.AttentionKey, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.GetTensor(TensorRole.OutputNorm, 0));
    }

    [Theory]
    [InlineData("blk.0.attn_q.weight")]
    [InlineData("blk.1.ffn_norm.weight")]
    public void GetTensor_NotFiniteWeights_AreRefusedByName(string bad)
    {
        SyntheticModel synthetic = new()
        {
            MatrixType = GgufType.F32,
            Alter = (name, data) =>
            {
                if (name == bad)
                    BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(8), float.NaN);
                return data;
            },
        };
        using CanonicalModel model = synthetic.Import();
        (TensorRole role, int layer) = bad.Contains("attn") ? (TensorRole.AttentionQuery, 0) : (TensorRole.FeedForwardNorm, 1);
        Assert.Contains(bad, Assert.Throws<ModelException>(() => model.GetTensor(role, layer)).Message);
    }

    [Fact]
    public void GetTensor_InfiniteBlockScale_IsRefused()
    {
        SyntheticModel synthetic = new()
        {
            Alter = static (name, data) =>
            {
                if (name == "blk.0.attn_v.weight")
                    data[34 * 3 + 1] = 0x7C;
                return data;
            },
        };
        using CanonicalModel model = synthetic.Import();
        Assert.Contains("not finite", Assert.Throws<ModelException>(() => model.GetTensor(TensorRole.AttentionValue, 0)).Message);
    }

    public static TheoryData<string, string> Refusals => new()
    {
        { "architecture", "Architecture gptneox is not supported" },
        { "heads", "3 key-value heads do not divide 4 heads" },
        { "experts", "expert_count" },
        { "window", "sliding_window" },
        { "yarn", "yarn" },
        { "split", "split.count" },
        { "bias", "blk.0.attn_q.bias" },
        { "shape", "blk.0.extra.weight" },
        { "value length", "they must be equal" },
        { "context", "llama.context_length is 0" },
        { "vocabulary", "vocab_size" },
        { "rope base", "rope.freq_base" },
        { "rope dimensions", "rope.dimension_count is 18" },
        { "divisors", "rope_freqs.weight" },
        { "qwen2 yarn", "qwen2.rope.scaling.type yarn" },
        { "qwen3 bias", "blk.0.attn_q.bias, blk.0.attn_k.bias" },
        { "qwen2 window", "qwen2.attention.sliding_window" },
        { "soft cap", "llama.attn_logit_softcapping" },
        { "embedding model", "qwen3.pooling_type" },
        { "not causal", "qwen3.attention.causal" },
        { "attention factor", "llama.rope.scaling.attn_factor" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Import_WhatVersion1CannotRun_IsRefusedByName(string what, string message)
    {
        SyntheticModel synthetic = new();
        (SyntheticModel qwen2, SyntheticModel qwen3) = (synthetic with { Architecture = "qwen2" }, synthetic with { Architecture = "qwen3" });
        byte[] bytes = what switch
        {
            "architecture" => new GgufBuilder().With("general.architecture", "gptneox").Build(),
            "heads" => (synthetic with { KvHeads = 3 }).Build(),
            "experts" => synthetic.ToBuilder().With("llama.expert_count", 8u).Build(),
            "window" => synthetic.ToBuilder().With("llama.attention.sliding_window", 4096u).Build(),
            "yarn" => synthetic.ToBuilder().With("llama.rope.scaling.type", "yarn").Build(),
            "split" => synthetic.ToBuilder().With("split.count", 2u).Build(),
            "bias" => synthetic.ToBuilder().Tensor("blk.0.attn_q.bias", 0, [64], new byte[256]).Build(),
            "shape" => synthetic.ToBuilder().Tensor("blk.0.extra.weight", 0, [64], new byte[256]).Build(),
            "value length" => synthetic.ToBuilder().With("llama.attention.value_length", 8u).Build(),
            "context" => (synthetic with { Context = 0 }).Build(),
            "vocabulary" => synthetic.ToBuilder().With("llama.vocab_size", 321u).Build(),
            "rope base" => (synthetic with { RopeBase = 0.5f }).Build(),
            "divisors" => synthetic.ToBuilder().With("llama.rope.scaling.type", "llama3").Build(),
            "qwen2 yarn" => qwen2.ToBuilder().With("qwen2.rope.scaling.type", "yarn").Build(),
            "qwen3 bias" => qwen3.ToBuilder().Tensor("blk.0.attn_q.bias", 0, [64], new byte[256]).Tensor("blk.0.attn_k.bias", 0, [32], new byte[128]).Build(),
            "qwen2 window" => qwen2.ToBuilder().With("qwen2.attention.sliding_window", 4096u).Build(),
            "soft cap" => synthetic.ToBuilder().With("llama.attn_logit_softcapping", 30f).Build(),
            "embedding model" => qwen3.ToBuilder().With("qwen3.pooling_type", 3u).Build(),
            "not causal" => qwen3.ToBuilder().With("qwen3.attention.causal", false).Build(),
            "attention factor" => synthetic.ToBuilder().With("llama.rope.scaling.attn_factor", 2f).Build(),
            "rope dimensions" => (synthetic with { RopeDimensions = 18 }).Build(),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        Assert.Contains(message, Assert.Throws<ModelException>(() => CanonicalModel.Import(GgufFile.Parse(bytes))).Message);
    }

    [Theory]
    [InlineData("qwen2", "blk.1.attn_v.bias")]
    [InlineData("qwen3", "blk.0.attn_k_norm.weight")]
    public void Import_QwenWithoutItsVectors_NamesTheMissingOne(string architecture, string tensor)
    {
        byte[] bytes = new SyntheticModel { Architecture = architecture }.Build();
        bytes[bytes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(tensor))] = (byte)'X';

        Assert.Contains($"{tensor} is missing", Assert.Throws<GgufException>(() => CanonicalModel.Import(GgufFile.Parse(bytes))).Message);
    }

    [Theory]
    [InlineData("llama", ModelArchitecture.Llama, RopePairing.Norm)]
    [InlineData("qwen2", ModelArchitecture.Qwen2, RopePairing.Neox)]
    [InlineData("qwen3", ModelArchitecture.Qwen3, RopePairing.Neox)]
    public void Import_Architecture_DecidesPairingAndTensors(string name, ModelArchitecture architecture, RopePairing pairing)
    {
        using CanonicalModel model = new SyntheticModel { Architecture = name, KeyLength = 32 }.Import();

        Assert.Equal((architecture, pairing, 32), (model.Config.Architecture, model.Config.RopePairing, model.Config.HeadDimension));
        foreach (TensorRole role in architecture.LayerRoles())
            Assert.Equal((uint)role, model.GetTensor(role, 1).TensorId - 128);
    }

    [Fact]
    public void Import_MissingTensor_NamesIt()
    {
        byte[] bytes = (new SyntheticModel { Layers = 1 }).Build();
        int at = bytes.AsSpan().IndexOf("blk.0.ffn_up.weight"u8);
        "blk.1"u8.CopyTo(bytes.AsSpan(at));
        Assert.Contains("blk.0.ffn_up.weight is missing",
            Assert.Throws<GgufException>(() => CanonicalModel.Import(GgufFile.Parse(bytes))).Message);
    }

    [SharedTheory("models")]
    [InlineData("f32")]
    [InlineData("f16")]
    [InlineData("q8_0")]
    [InlineData("q4_0")]
    public void Import_StoryCheckpoint_HasItsShapeAndTokenizer(string type)
    {
        using CanonicalModel model = CanonicalModel.Import(Path.Combine(Repository.Shared, "models", $"stories260K-{type}.gguf"));
        Assert.Equal((512, 64, 172, 5, 8, 4), (model.Config.VocabularySize, model.Config.EmbeddingLength,
            model.Config.FeedForwardLength, model.Config.LayerCount, model.Config.HeadCount, model.Config.KvHeadCount));
        Assert.Equal([1u, 403, 407, 261, 378], model.Tokenizer.Encode("Once upon a time", addBos: true));
    }

    private static float[] Reread(SyntheticModel synthetic, string name, int count, int columns, GgufType type)
    {
        float[] values = new SeededNoise(synthetic.Seed, name).Fill(count, 1.7f / MathF.Sqrt(columns));
        return [.. values.Select(value => type switch
        {
            GgufType.F16 => (float)(Half)value,
            GgufType.BF16 => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000),
            _ => value,
        })];
    }
}
