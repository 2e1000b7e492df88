using System.Text;
using System.Text.Json;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;

namespace TeeTee.Inference.Tests.Engine;

/// <summary>A real checkpoint against continuations that llama.cpp recorded (the README beside the files tells how).</summary>
public class StoryModelTests
{
    private const string Cases = "models/stories260K.cases.json";

    // `stable` is where F32, F16 and Q8_0 agree in llama.cpp; our activations have 8 bits, like its Q8_0 path's.
    [SharedFact(Cases)]
    public void Run_Q8File_ReproducesEveryStableContinuation()
    {
        using CanonicalModel model = Open("q8_0");
        foreach ((string prompt, string stable) in Load())
            Assert.StartsWith(stable, Continue(model, prompt));
    }

    // These files become Q8_0 at import by another route than llama.cpp's converter, so one near tie in six may fall the other way.
    [SharedTheory(Cases)]
    [InlineData("f32")]
    [InlineData("f16")]
    public void Run_WiderFile_ReproducesNearlyEveryStableContinuation(string type)
    {
        using CanonicalModel model = Open(type);
        List<(string Prompt, string Stable)> cases = Load();
        int reproduced = cases.Count(item => Continue(model, item.Prompt).StartsWith(item.Stable, StringComparison.Ordinal));
        Assert.InRange(reproduced, cases.Count - 1, cases.Count);
    }

    // Four bits of so small a model lose much: the words are still those of the checkpoint, the end of the sentence is another.
    [SharedFact(Cases)]
    public void Run_Q4File_BeginsAsTheCheckpointDoes()
    {
        using CanonicalModel model = Open("q4_0");
        const string Beginning = "Once upon a time, there was a little girl named Lily. She loved to play outside in the ";
        Assert.StartsWith(Beginning, Load()[0].Stable);
        Assert.StartsWith(Beginning, Continue(model, Load()[0].Prompt));
    }

    [SharedFact(Cases)]
    public void Run_RealCheckpoint_IsTheSameInEverySplit()
    {
        using CanonicalModel model = Open("q8_0");
        uint[] tokens = model.Tokenizer.Encode("Once upon a time", addBos: true);
        OfflineRunResult expected = EngineRuns.Run(model, new OfflineRunOptions { MaxTokens = 200, Threads = 1 }, tokens);
        foreach (int shards in (int[])[2, 3, 5])
        {
            OfflineRunResult actual = EngineRuns.Run(model, new OfflineRunOptions { MaxTokens = 200, Threads = 2, Shards = shards }, tokens);
            Assert.Equal(expected.OutputTokens, actual.OutputTokens);
            Assert.Equal(expected.LayerRoots, actual.LayerRoots);
        }
    }

    private static CanonicalModel Open(string type) =>
        CanonicalModel.Import(Path.Combine(Repository.Shared, "models", $"stories260K-{type}.gguf"));

    private static string Continue(CanonicalModel model, string prompt)
    {
        uint[] tokens = model.Tokenizer.Encode(prompt, addBos: true);
        OfflineRunResult run = EngineRuns.Run(model, new OfflineRunOptions { MaxTokens = 64, Threads = 2 }, tokens);
        return Encoding.UTF8.GetString(model.Tokenizer.Decode([.. tokens, .. run.OutputTokens], dropSpacePrefix: true));
    }

    private static List<(string Prompt, string Stable)> Load()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Shared, Cases)));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(item => (
            item.GetProperty("prompt").GetString()!, item.GetProperty("stable").GetString()!))];
    }
}
