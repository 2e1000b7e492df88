using TeeTee.Inference.Gguf;
using TeeTee.Inference.Models;
using TeeTee.Inference.Models.Synthesis;

namespace TeeTee.Inference.Tests.Models;

/// <summary>
/// Identities of models in every kind of file, computed from the same files by identity.py, which shares no code with this project: what an
/// importer converts is bound bit for bit.
/// </summary>
public sealed class ConvertedIdentityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-identity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("tiny-odd", GgufType.F16, "0x756dda8dbe06b2c26c49f4f123c9474002d3a4841492456f44ee10e149555d43")]
    [InlineData("tiny-qwen2", GgufType.Q8_0, "0x6c2c4092116b59f3f4b47c3c7f856c8dce2b3694841482c9f4e63f193ac710c7")]
    [InlineData("tiny-qwen3", GgufType.BF16, "0x8bfa0d37c360bdc00487b99eaa2ad10fa92caff1cc1be928e1125f5f1f7f0955")]
    [InlineData("tiny-256", GgufType.Q4_0, "0x6a633bef50bb0f4adebfad08c0f102cf5565bac3e847effeb1ed18d7638d4167")]
    [InlineData("tiny-256", GgufType.Q4_K, "0x5576a0fdd3bea1e73a974678556f47b11cfd068977ce6d09ea0dc2452ef230f4")]
    [InlineData("tiny-256", GgufType.Q5_K, "0x315daae4b60170fca9c962c5caafd2183acb79866addeb8dc983e8388eb00854")]
    [InlineData("tiny-256", GgufType.Q6_K, "0x3c51b8e242789abc85100ad090196ac56dd3d2e88b386696346eeced47b1ba18")]
    public void ComputeIdentity_SyntheticModel_IsTheGoldenValue(string shape, GgufType type, string modelId)
    {
        string path = Path.Combine(_folder, "model.gguf");
        SyntheticShape small = SyntheticShape.Find(shape)! with { Layers = 1, Context = 16 };
        new SyntheticModelFile(small, type, seed: 5).Write(path, new GgufWriteOptions(), CancellationToken.None);

        Assert.Equal(modelId, Identify(path));
    }

    [SharedTheory("models")]
    [InlineData("f32", "0x211563755940b6f171c5de881943331b19f84c56b1b272a12e2fc205668c1253")]
    [InlineData("f16", "0xc76f103a2eaf430961f657e537638d1de6b1756c4970772901d617ebf662262a")]
    [InlineData("q8_0", "0x415d7ce745ad9e9429491334b2970651de87d46c148487f33aea674df292c615")]
    [InlineData("q4_0", "0x0bc16e93e35de3e2d3f630b0e2c43bc9f38274644677594c36ac81a6b5a4104c")]
    public void ComputeIdentity_StoryCheckpoint_IsTheGoldenValue(string type, string modelId) =>
        Assert.Equal(modelId, Identify(Path.Combine(Repository.Shared, "models", $"stories260K-{type}.gguf")));

    private static string Identify(string path)
    {
        using CanonicalModel model = CanonicalModel.Import(path);
        return model.ComputeIdentity(CancellationToken.None).ModelId.ToString();
    }
}
