using System.Buffers.Binary;
using System.Security.Cryptography;
using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Models.Synthesis;

namespace TeeTee.Inference.Tests.Models.Synthesis;

public sealed class SyntheticModelFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-synth-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Recorded from the first run; a change means that benchmarks and tests elsewhere see other weights.</summary>
    [Theory]
    [InlineData("tiny", GgufType.F32)]
    [InlineData("tiny", GgufType.F16)]
    [InlineData("tiny", GgufType.BF16)]
    [InlineData("tiny", GgufType.Q8_0)]
    [InlineData("tiny-256", GgufType.Q4_0)]
    [InlineData("tiny-256", GgufType.Q4_K)]
    [InlineData("tiny-256", GgufType.Q5_K)]
    [InlineData("tiny-256", GgufType.Q6_K)]
    public void Write_SameSeed_GivesTheGoldenBytes(string shape, GgufType type)
    {
        string hash = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(Write(shape, type, seed: 1))));

        Assert.Equal(s_goldens[type], hash[..16]);
    }

    [Fact]
    public void Write_OtherSeed_GivesOtherWeights() =>
        Assert.NotEqual(File.ReadAllBytes(Write("tiny", GgufType.Q8_0, 1)), File.ReadAllBytes(Write("tiny", GgufType.Q8_0, 2)));

    [Fact]
    public void Write_Llama_IsAModel()
    {
        using CanonicalModel model = CanonicalModel.Import(Write("tiny-odd", GgufType.F16, 3));

        Assert.Equal((48, 24, 301), (model.Config.EmbeddingLength, model.Config.HeadDimension, model.Config.VocabularySize));
        const string Text = "The winner, grün: 42\n";
        Assert.Equal(Text, System.Text.Encoding.UTF8.GetString(model.Tokenizer.Decode(model.Tokenizer.Encode(Text, addBos: true), dropSpacePrefix: true)));
        Assert.NotNull(model.GetChatTemplate());
    }

    [Fact]
    public void Write_Weights_HaveTheMomentsOfTheLaw()
    {
        using GgufFile file = GgufFile.Open(Write("tiny-256", GgufType.F32, 9));

        (double mean, double deviation) = Moments(file, "token_embd.weight");
        Assert.InRange(mean, -2e-4, 2e-4);
        Assert.InRange(deviation, 0.0199, 0.0201);
        (mean, deviation) = Moments(file, "output_norm.weight");
        Assert.InRange(mean, 0.995, 1.005);
        Assert.InRange(deviation, 0.017, 0.023);
    }

    [Fact]
    public void Find_EveryShape_HasDifferentNameAndWholeHeads()
    {
        Assert.Equal(SyntheticShape.All.Count, SyntheticShape.All.Select(shape => shape.Name).Distinct().Count());
        Assert.All(SyntheticShape.All, shape => Assert.Equal(0, shape.Heads % shape.KvHeads));
        Assert.Equal(1_100_048_384, new SyntheticModelFile(SyntheticShape.Find("tinyllama-1.1b")!, GgufType.Q8_0, 1).Parameters);
        Assert.Equal(494_032_768, new SyntheticModelFile(SyntheticShape.Find("qwen2.5-0.5b")!, GgufType.Q8_0, 1).Parameters);
        Assert.Equal(596_049_920, new SyntheticModelFile(SyntheticShape.Find("qwen3-0.6b")!, GgufType.Q8_0, 1).Parameters);
        Assert.Equal(1_235_814_400 + 32, new SyntheticModelFile(SyntheticShape.Find("llama-3.2-1b")!, GgufType.Q8_0, 1).Parameters);
        Assert.Equal(7_248_023_552, new SyntheticModelFile(SyntheticShape.Find("mistral-7b")!, GgufType.Q8_0, 1).Parameters);
    }

    private static readonly Dictionary<GgufType, string> s_goldens = new()
    {
        [GgufType.F32] = "4A3E712E6567FD88",
        [GgufType.F16] = "5DB5305845946EB4",
        [GgufType.BF16] = "F19526D7067AB212",
        [GgufType.Q8_0] = "7200C4FA3E0336F7",
        [GgufType.Q4_0] = "534D5106A8EB56DD",
        [GgufType.Q4_K] = "6A75ED34A5F4D43C",
        [GgufType.Q5_K] = "5694F8FA9490DCDD",
        [GgufType.Q6_K] = "797572EA9112D230",
    };

    private string Write(string shape, GgufType type, ulong seed)
    {
        string path = Path.Combine(_folder, $"{shape}-{type}-{seed}.gguf");
        new SyntheticModelFile(SyntheticShape.Find(shape)!, type, seed).Write(path, new GgufWriteOptions(), CancellationToken.None);
        return path;
    }

    private static (double Mean, double Deviation) Moments(GgufFile file, string name)
    {
        GgufTensor tensor = file.GetTensor(name);
        byte[] bytes = new byte[tensor.ByteLength];
        file.ReadRows(tensor, 0, bytes);
        double[] values = [.. Enumerable.Range(0, bytes.Length / 4).Select(i => (double)BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * 4)))];
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Average(value => (value - mean) * (value - mean))));
    }
}
