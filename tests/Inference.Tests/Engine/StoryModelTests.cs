using System.Text;
using System.Text.Json;
using TeeTee.Inference.Engine;
using TeeTee.Inference.Models;

namespace TeeTee.Inference.Tests.Engine;

/// <summary>A real checkpoint against continuations that llama.cpp recorded (the README beside the files tells how).</summary>
public class StoryModelTests
{
    private const string Cases = "models/stories260K.cases.json";

    [SharedFact(Cases)]
    public void Run_Q8File_ReproducesRecordedContinuations()
    {
        using CanonicalModel model = Open("q8_0");
        StringBuilder report = new();
        foreach ((string prompt, _, string stable) in Load())
        {
            string text = Continue(model, prompt);
            report.AppendLine($"{Common(text, stable)}/{stable.Length} {text}");
        }
        Assert.Fail(report.ToString());
    }

    [SharedFact(Cases)]
    public void Run_EveryFile_StartsAsRecorded()
    {
        foreach (string type in (string[])["f32", "f16", "q4_0"])
        {
            using CanonicalModel model = Open(type);
            StringBuilder report = new();
            foreach ((string prompt, string f32, string stable) in Load())
            {
                string text = Continue(model, prompt);
                report.AppendLine($"{type} {Common(text, f32)}/{f32.Length} {Common(text, stable)}/{stable.Length} {text}");
            }
            File.AppendAllText("/tmp/eng/report.txt", report.ToString());
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

    private static int Common(string a, string b) => a.Zip(b).TakeWhile(pair => pair.First == pair.Second).Count();

    private static List<(string Prompt, string F32, string Stable)> Load()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Shared, Cases)));
        return [.. document.RootElement.GetProperty("cases").EnumerateArray().Select(item => (
            item.GetProperty("prompt").GetString()!, item.GetProperty("f32").GetString()!, item.GetProperty("stable").GetString()!))];
    }
}
