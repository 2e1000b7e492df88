using TeeTee.Inference.Models;
using TeeTee.Inference.Quality;
using TeeTee.Inference.Tests.Engine;
using TeeTee.Inference.Tests.Support;

namespace TeeTee.Inference.Tests.Quality;

/// <summary>What canonical arithmetic costs: measured on the demo model and a real checkpoint, and the measure itself.</summary>
public class QualityComparisonTests
{
    private static readonly string s_demo = Repository.PathOf("models", "demo", "teetee-demo.gguf");

    public static TheoryData<string> Architectures => ["llama", "qwen2", "qwen3"];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Next_AgainstTheOracle_IsTheSameInDoublePrecision(string architecture)
    {
        using CanonicalModel model = new SyntheticModel { Seed = 31, Architecture = architecture }.Import();
        OracleModel oracle = new(model);
        FloatModel full = new(model);
        FloatSequence sequence = full.Begin();
        uint[] tokens = [3, 9, 27, 5, 1, 11];
        double[] logits = [];
        foreach (uint token in tokens)
            logits = full.Next(sequence, token);

        double[] expected = oracle.Logits(tokens);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], logits[i], 1e-4);
    }

    [Fact]
    public void Run_DemoModelOnItsText_LosesLittle()
    {
        using CanonicalModel model = CanonicalModel.Import(s_demo);
        QualityReport report = QualityComparison.Run(model, model, Documents(model, "demo.txt", most: 6), CancellationToken.None);

        Assert.InRange(report.Perplexity / report.ReferencePerplexity, 0.97, 1.03);
        Assert.InRange(report.GreedyAgreement, 0.95, 1);
        Assert.InRange(report.MeanDivergence, 0, 0.02);
    }

    // The measure can fail: a model whose layers have each other's weights is found at once.
    [Fact]
    public void Run_AnotherModel_IsFarFromTheReference()
    {
        using CanonicalModel reference = CanonicalModel.Import(s_demo);
        using CanonicalModel wrong = CanonicalModel.Import(s_demo, (role, layer, read) =>
            role == TensorRole.FeedForwardDown ? Moved(read(role, 5 - layer), layer) : read(role, layer));
        QualityReport report = QualityComparison.Run(reference, wrong, Documents(reference, "demo.txt", most: 2), CancellationToken.None);

        Assert.True(report.Perplexity > 1.1 * report.ReferencePerplexity, $"{report}");
        Assert.True(report.MeanDivergence > 0.1, $"{report}");
    }

    // Bounds from the measurement in docs/performance.md.
    [SharedTheory("models/stories260K-f32.gguf")]
    [InlineData("q8_0", 1.01, 0.97)]
    [InlineData("q4_0", 1.12, 0.75)]
    public void Run_StoryCheckpoint_StaysNearItsF32File(string type, double mostLoss, double leastAgreement)
    {
        using CanonicalModel reference = Story("f32");
        using CanonicalModel served = Story(type);
        QualityReport report = QualityComparison.Run(reference, served, Documents(served, "story.txt", most: 6), CancellationToken.None);

        Assert.InRange(report.Perplexity / report.ReferencePerplexity, 0.95, mostLoss);
        Assert.InRange(report.GreedyAgreement, leastAgreement, 1);
    }

    [Fact]
    public void Run_OtherVocabularyOrNothingToPredict_IsRefused()
    {
        using CanonicalModel one = new SyntheticModel { Seed = 32 }.Import();
        using CanonicalModel other = CanonicalModel.Import(s_demo);
        Assert.Throws<ArgumentException>(() => QualityComparison.Run(one, other, [[1, 2]], CancellationToken.None));
        Assert.Throws<ArgumentException>(() => QualityComparison.Run(one, one, [[1]], CancellationToken.None));
    }

    private static CanonicalModel Story(string type) => CanonicalModel.Import(Path.Combine(Repository.Shared, "models", $"stories260K-{type}.gguf"));

    private static CanonicalTensor Moved(CanonicalTensor tensor, int layer) =>
        new(tensor.Role, layer, tensor.Type, tensor.Rows, tensor.Columns, tensor.Data);

    private static List<uint[]> Documents(CanonicalModel model, string file, int most) =>
        [.. File.ReadAllText(Repository.PathOf("bench", "quality", file)).Split("\n\n").Take(most).Select(text => model.Tokenizer.Encode(text.Trim(), model.Tokenizer.AddsBos))];
}
