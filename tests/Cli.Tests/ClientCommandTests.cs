using System.Text.Json;
using TeeTee.Cli.Tests.Support;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Tests;

/// <summary>Commands that only read, and how the clients fail without a network.</summary>
public sealed class ClientCommandTests : IDisposable
{
    // Port 9 (discard) of loopback: nothing listens there.
    private const string Nobody = "http://127.0.0.1:9";
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-cli-").FullName;

    private string KeyPath => Path.Combine(_folder, "user.key");

    public ClientCommandTests() => KeyFile.CreateHex(KeyPath, PrivateKey.Generate());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Tokenize_SpecialTokens_ArePlainTextAndBosOnlyIfAsked()
    {
        string file = Path.Combine(_folder, "text");
        await File.WriteAllTextAsync(file, "<s>Hello</s>");

        uint[] plain = Tokens(await CommandRun.RunAsync("tokenize", "--model", CommandRun.DemoModel, "--file", file, "--json"));
        uint[] begun = Tokens(await CommandRun.RunAsync("tokenize", "--model", CommandRun.DemoModel, "--file", file, "--bos", "--json"));

        Assert.Equal([1u, .. plain], begun);
        Assert.DoesNotContain(plain, token => token is 1 or 2);
    }

    [SharedFact("models/tokenizers")]
    public async Task Tokenize_VocabularyOnlyFiles_Work()
    {
        string file = Path.Combine(_folder, "text");
        await File.WriteAllTextAsync(file, "Hello world");
        string[] models = [.. Directory.EnumerateFiles(Path.Combine(Repository.Shared, "models", "tokenizers"), "*.gguf", SearchOption.AllDirectories)];
        int read = 0;
        foreach (string model in models)
        {
            CommandRun run = await CommandRun.RunAsync("tokenize", "--model", model, "--file", file, "--json");
            Assert.True(run.ExitCode is ExitCode.Success or ExitCode.Model, run.Progress);
            read += run.ExitCode == ExitCode.Success ? 1 : 0;
        }
        Assert.True(read >= 2, $"{read} of {models.Length} vocabularies were read.");
    }

    [Fact]
    public async Task ModelShow_DemoModel_HasTheIdentityThatRunPrints()
    {
        CommandRun show = await CommandRun.RunAsync("model", "show", "--model", CommandRun.DemoModel, "--json");
        CommandRun run = await CommandRun.RunAsync("run", "--model", CommandRun.DemoModel, "--tokens", "5", "--max-tokens", "0", "--json");

        Assert.Equal(run.Json.GetProperty("modelId").GetString(), show.Json.GetProperty("modelId").GetString());
        Assert.Equal(new FileInfo(CommandRun.DemoModel).Length, show.Json.GetProperty("fileBytes").GetInt64());
        Assert.Equal(1536, show.Json.GetProperty("config").GetProperty("vocabularySize").GetInt32());
    }

    [Fact]
    public async Task Ask_NobodyListens_IsUnreachable() =>
        (await CommandRun.RunAsync("ask", "Hi", "--model", CommandRun.DemoModel, "--key-file", KeyPath, "--url", Nobody, "--json")).ShouldFail(ExitCode.Unreachable, "unreachable");

    [Fact]
    public async Task Gateway_NobodyListens_IsUnreachable() =>
        (await CommandRun.RunAsync("gateway", "--model", CommandRun.DemoModel, "--key-file", KeyPath, "--url", Nobody, "--json")).ShouldFail(ExitCode.Unreachable, "unreachable");

    [Fact]
    public async Task Ask_NoModelAndKeyFromEnvironment_TakesTheBundledModel()
    {
        Dictionary<string, string> environment = new() { ["TEETEE_KEY_FILE"] = KeyPath, ["TEETEE_URL"] = Nobody };

        (await CommandRun.RunAsync(environment, "ask", "Hi", "--json")).ShouldFail(ExitCode.Unreachable, "unreachable");
    }

    [Theory]
    [InlineData("usage", "ask", "--json")]
    [InlineData("usage", "nonsense", "--json")]
    [InlineData("usage", "dev", "--shards", "many", "--json")]
    [InlineData("usage", "--json")]
    public async Task CommandLine_Misunderstood_PrintsOneErrorObject(string error, params string[] arguments) =>
        (await CommandRun.RunAsync(arguments)).ShouldFail(ExitCode.Usage, error);

    [Fact]
    public async Task CommandLine_BadEnvironment_PrintsOneErrorObject() =>
        (await CommandRun.RunAsync(new Dictionary<string, string> { ["TEETEE_MAX_TOKENS"] = "many", ["TEETEE_KEY_FILE"] = KeyPath }, "ask", "Hi", "--json"))
            .ShouldFail(ExitCode.Configuration, "bad_setting");

    [Fact]
    public async Task CommandLine_Misunderstood_LeavesStandardOutputEmpty()
    {
        CommandRun run = await CommandRun.RunAsync("ask");

        Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Output));
        Assert.Contains("Usage:", run.Progress, StringComparison.Ordinal);
        Assert.Contains("teetee ask <prompt>", run.Progress, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_OfACommand_IsTheResult()
    {
        CommandRun run = await CommandRun.RunAsync("receipt", "verify", "--help");

        Assert.Equal(ExitCode.Success, run.ExitCode);
        Assert.Contains("teetee receipt verify <receipt>", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCode.Configuration, "bad_key_file", "--key-file", "/nowhere/key")]
    [InlineData(ExitCode.Usage, "bad_setting", "--max-tokens", "0")]
    [InlineData(ExitCode.Usage, "bad_setting", "--url", "nonsense")]
    [InlineData(ExitCode.Usage, "bad_setting", "--chain-url", "http://127.0.0.1:9")]
    [InlineData(ExitCode.Configuration, "bad_deployment", "--deployment", "/nowhere/deployment.json")]
    public async Task Ask_BadArguments_FailBeforeAnythingIsSent(ExitCode code, string error, params string[] arguments)
    {
        string[] key = arguments.Contains("--key-file") ? [] : ["--key-file", KeyPath];

        (await CommandRun.RunAsync(["ask", "Hi", "--model", CommandRun.DemoModel, "--json", .. key, .. arguments])).ShouldFail(code, error);
    }

    [Theory]
    [InlineData("--confidential")]
    [InlineData("--audit-to", "0x0900000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("--save-data-key", "/nowhere/key.json")]
    public async Task Ask_ConfidentialHalfSaid_IsRefusedBeforeAnythingIsSent(params string[] arguments)
    {
        CommandRun run = await CommandRun.RunAsync(["ask", "Hi", "--model", CommandRun.DemoModel, "--json", "--key-file", KeyPath, "--url", Nobody, .. arguments]);

        run.ShouldFail(ExitCode.Usage, "bad_setting");
        Assert.Contains("--confidential", run.Progress, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x12")]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0x0900000000000000000000000000000000000000000000000000000000000000,0x01")]
    public async Task Ask_AuditKeyThatIsNone_IsRefused(string keys)
    {
        string[] chain = ["--deployment", await WriteDeploymentAsync(), "--chain-url", Nobody];

        CommandRun run = await CommandRun.RunAsync(
            ["ask", "Hi", "--model", CommandRun.DemoModel, "--json", "--key-file", KeyPath, "--url", Nobody, "--confidential", "--audit-to", keys, .. chain]);

        run.ShouldFail(ExitCode.Usage, "bad_setting");
        Assert.Contains("no X25519 public key", run.Progress, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_EncryptionKey_IsMadeOnceAndTold()
    {
        string file = Path.Combine(_folder, "audit.pem");

        CommandRun made = await CommandRun.RunAsync("key", "new", "--x25519", "--file", file, "--json");
        CommandRun told = await CommandRun.RunAsync("key", "public", "--file", file, "--json");

        Assert.Matches("^0x[0-9a-f]{64}$", made.Json.GetProperty("publicKey").GetString());
        Assert.Equal(made.Json.GetProperty("publicKey").GetString(), told.Json.GetProperty("publicKey").GetString());
        (await CommandRun.RunAsync("key", "new", "--x25519", "--file", file, "--json")).ShouldFail(ExitCode.Configuration, "bad_key_file");
        (await CommandRun.RunAsync("key", "public", "--file", KeyPath, "--json")).ShouldFail(ExitCode.Configuration, "bad_key_file");
        (await CommandRun.RunAsync("key", "new", "--x25519", "--file", file + "2", "--password-file", file, "--json")).ShouldFail(ExitCode.Usage, "bad_setting");
    }

    [Fact]
    public async Task ReceiptVerify_NoReceipt_FailsClearly()
    {
        string deployment = await WriteDeploymentAsync();
        string file = Path.Combine(_folder, "receipt.json");
        await File.WriteAllTextAsync(file, """{"id":"0x12"}""");
        string[] common = ["--deployment", deployment, "--url", Nobody, "--json"];

        (await CommandRun.RunAsync(["receipt", "verify", file, .. common])).ShouldFail(ExitCode.VerificationFailed, "bad_receipt");
        (await CommandRun.RunAsync(["receipt", "verify", file + "x", .. common])).ShouldFail(ExitCode.Usage, "file_unreadable");
        (await CommandRun.RunAsync(["receipt", "verify", "0x" + new string('1', 64), .. common])).ShouldFail(ExitCode.Unreachable, "unreachable");
        (await CommandRun.RunAsync(["receipt", "verify", file, "--json", "--deployment", file])).ShouldFail(ExitCode.Configuration, "bad_deployment");
    }

    private async Task<string> WriteDeploymentAsync()
    {
        string path = Path.Combine(_folder, "deployment.json");
        string address = "0x" + new string('1', 40);
        await File.WriteAllTextAsync(path, $$"""{"chainId":84532,"rollup":"{{address}}","registry":"{{address}}","credits":"{{address}}","quoteVerifier":"{{address}}","deployedAtBlock":1}""");
        return path;
    }

    private static uint[] Tokens(CommandRun run) => [.. run.Json.GetProperty("tokens").EnumerateArray().Select(t => t.GetUInt32())];
}
