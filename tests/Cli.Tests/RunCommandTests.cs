using System.Text.Json;
using TeeTee.Cli.Tests.Support;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests;

public sealed class RunCommandTests : IDisposable
{
    private const string Prompt = "5,9,13,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56";
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-run-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Run_AnyShardsThreadsAndChunks_GiveTheSameTokensAndLayerRoots()
    {
        JsonElement reference = (await GenerateAsync("--shards", "1", "--threads", "1")).Json;
        string[][] splits =
        [
            ["--shards", "2", "--threads", "1"], ["--shards", "4", "--threads", "1"], ["--shards", "1", "--threads", "2"],
            ["--shards", "2", "--threads", "2", "--prefill-chunk", "1"], ["--shards", "4", "--threads", "2", "--prefill-chunk", "7"], ["--shards", "1", "--prefill-chunk", "20"],
        ];
        foreach (string[] split in splits)
        {
            JsonElement other = (await GenerateAsync(split)).Json;
            foreach (string name in (string[])["promptTokens", "tokens", "text", "modelId", "layerRoots"])
                Assert.Equal(reference.GetProperty(name).GetRawText(), other.GetProperty(name).GetRawText());
            Assert.Equal(int.Parse(split[1]), other.GetProperty("traceRoots").GetArrayLength());
        }
        Assert.Equal(12, reference.GetProperty("tokens").GetArrayLength());
        Assert.Equal(6, reference.GetProperty("layerRoots").EnumerateArray().Select(root => root.GetString()).Distinct().Count());
    }

    [Fact]
    public async Task Run_SameSplit_GivesTheSameTraceRoots()
    {
        JsonElement one = (await GenerateAsync("--shards", "2", "--threads", "1")).Json;
        JsonElement two = (await GenerateAsync("--shards", "2", "--threads", "2", "--prefill-chunk", "3")).Json;

        Assert.Equal(one.GetProperty("traceRoots").GetRawText(), two.GetProperty("traceRoots").GetRawText());
    }

    [Fact]
    public async Task Run_Seed_DecidesTheSample()
    {
        string[] texts = [.. await Task.WhenAll(new[] { "7", "7", "8" }.Select(async seed =>
            (await GenerateAsync("--temperature", "2", "--seed", seed)).Json.GetProperty("tokens").GetRawText()))];

        Assert.Equal(texts[0], texts[1]);
        Assert.NotEqual(texts[0], texts[2]);
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(3, 22)]
    public async Task Run_Logits_HasOneRowPerProcessedPosition(int maxTokens, int rows)
    {
        string file = Path.Combine(_folder, "logits.bin");

        CommandRun run = await CommandRun.RunAsync("run", "--model", CommandRun.DemoModel, "--tokens", Prompt, "--max-tokens", $"{maxTokens}", "--logits", file, "--json");

        byte[] bytes = await File.ReadAllBytesAsync(file);
        Assert.Equal(rows * 1536 * sizeof(float), bytes.Length);
        uint[] tokens = [.. run.Json.GetProperty("tokens").EnumerateArray().Select(t => t.GetUInt32())];
        Assert.Equal(maxTokens, tokens.Length);
        for (int i = 0; i < tokens.Length; i++)
            Assert.Equal(tokens[i], ArgMax(bytes, 19 + i));
    }

    [Fact]
    public async Task Run_Chat_AppliesTheTemplateAndStopsAtTheEndOfTheTurn()
    {
        CommandRun run = await CommandRun.RunAsync("run", "--model", CommandRun.DemoModel, "--prompt", "What is Ethereum?", "--chat", "--max-tokens", "80", "--json");

        Assert.Equal("stop", run.Json.GetProperty("finish").GetString());
        Assert.Contains("blockchain", run.Json.GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("</s>", run.Json.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_WithoutJson_StreamsTheTextAlone()
    {
        string[] arguments = ["run", "--model", CommandRun.DemoModel, "--prompt", "What is Ethereum?", "--chat", "--max-tokens", "5"];

        CommandRun plain = await CommandRun.RunAsync(arguments);
        CommandRun json = await CommandRun.RunAsync([.. arguments, "--json"]);

        Assert.Equal(json.Json.GetProperty("text").GetString() + Environment.NewLine, plain.Output);
    }

    [Fact]
    public async Task Run_Environment_GivesWhatTheCommandLineLeavesOut()
    {
        Dictionary<string, string> environment = new() { ["TEETEE_MODEL"] = CommandRun.DemoModel, ["TEETEE_MAX_TOKENS"] = "2" };

        Assert.Equal(2, (await CommandRun.RunAsync(environment, "run", "--tokens", "5", "--json")).Json.GetProperty("tokens").GetArrayLength());
        Assert.Equal(3, (await CommandRun.RunAsync(environment, "run", "--tokens", "5", "--json", "--max-tokens", "3")).Json.GetProperty("tokens").GetArrayLength());
    }

    [Theory]
    [InlineData(ExitCode.Usage, "bad_setting", "--tokens", "1,x")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tokens", "1536")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tokens", "1", "--prompt", "a")]
    [InlineData(ExitCode.Usage, "bad_setting", "--max-tokens", "1")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tokens", "1", "--chat")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tokens", "1", "--shards", "7")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tokens", "1", "--threads", "0")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tokens", "1", "--max-tokens", "-1")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tokens", "1", "--temperature", "1000")]
    [InlineData(ExitCode.Usage, "bad_setting", "--tokens", "1", "--temperature", "1", "--seed", "zz")]
    [InlineData(ExitCode.Usage, "file_unwritable", "--tokens", "1", "--logits", "/nowhere/logits")]
    [InlineData(ExitCode.Refused, "context_length_exceeded", "--tokens", "")]
    public async Task Run_BadArguments_FailClearly(ExitCode code, string error, params string[] arguments) =>
        (await CommandRun.RunAsync(["run", "--model", CommandRun.DemoModel, "--json", .. arguments])).ShouldFail(code, error);

    [Fact]
    public async Task Run_PromptLongerThanContext_IsRefused() =>
        (await CommandRun.RunAsync("run", "--model", CommandRun.DemoModel, "--prompt", string.Concat(Enumerable.Repeat("word ", 3000)), "--json"))
            .ShouldFail(ExitCode.Refused, "context_length_exceeded");

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(40_000)]
    public async Task Commands_TruncatedModel_ExitWithTheModelsCode(int length)
    {
        string damaged = Path.Combine(_folder, "damaged.gguf");
        await File.WriteAllBytesAsync(damaged, (await File.ReadAllBytesAsync(CommandRun.DemoModel))[..length]);

        (await CommandRun.RunAsync("run", "--model", damaged, "--tokens", "1", "--json")).ShouldFail(ExitCode.Model, "bad_model");
        (await CommandRun.RunAsync("model", "show", "--model", damaged, "--json")).ShouldFail(ExitCode.Model, "bad_model");
        (await CommandRun.RunAsync("tokenize", "--model", damaged, "--file", damaged, "--json")).ShouldFail(ExitCode.Model, "bad_model");
    }

    [Fact]
    public async Task Commands_MissingModel_ExitWithTheModelsCode() =>
        (await CommandRun.RunAsync("run", "--model", Path.Combine(_folder, "none.gguf"), "--tokens", "1", "--json")).ShouldFail(ExitCode.Model, "model_unreadable");

    [Fact]
    public async Task Commands_NoModel_IsAUsageError() =>
        Assert.Equal(ExitCode.Usage, (await CommandRun.RunAsync("run", "--tokens", "1")).ExitCode);

    private static Task<CommandRun> GenerateAsync(params string[] options) =>
        CommandRun.RunAsync(["run", "--model", CommandRun.DemoModel, "--tokens", Prompt, "--max-tokens", "12", "--json", .. options]);

    private static uint ArgMax(byte[] logits, int row)
    {
        ReadOnlySpan<float> values = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(logits.AsSpan(row * 1536 * sizeof(float), 1536 * sizeof(float)));
        int best = 0;
        for (int i = 1; i < values.Length; i++)
            best = values[i] > values[best] ? i : best;
        return (uint)best;
    }
}
