using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TeeTee.Attestation.Encryption;
using TeeTee.Hosting.Storage;
using TeeTee.Primitives;

namespace TeeTee.EndToEnd.Tests;

/// <summary>A confidential question as a user asks it, and everything that the whole network keeps about it.</summary>
[Collection(NetworkGroup.Name)]
public sealed class ConfidentialTests(NetworkFixture fixture) : IAsyncLifetime
{
    private const string Question = "What is a challenge window?";

    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-confidential-").FullName;

    private string DataKey => Path.Combine(_folder, "data-key.json");

    private string[] Trusted =>
        ["--url", fixture.Network.Sequencer.ToString(), "--deployment", Path.Combine(fixture.Network.State, "deployment.json"), "--chain-url", fixture.Network.Chain.ToString(), "--json"];

    public async Task InitializeAsync() => await fixture.OfferAsync();

    public Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task Ask_Confidential_IsAnsweredAuditedAndNowhereInTheNetworkInClear()
    {
        string auditKey = await AuditKeyAsync();
        string publicQuestion = "What is a rollup?";
        TeeTeeProgram.Ended open = await AskAsync(publicQuestion);
        TeeTeeProgram.Ended closed = await AskSealedAsync(Question, "--audit-to", auditKey, "--save-data-key", DataKey);
        Assert.True(open.ExitCode == 0, open.Errors);
        Assert.True(closed.ExitCode == 0, closed.Errors);
        string answer = closed.Json().GetProperty("answer").GetString()!;
        string id = closed.Json().GetProperty("receiptId").GetString()!;
        Assert.True(closed.Json().GetProperty("confidential").GetBoolean());
        Assert.True(closed.Json().GetProperty("signersChecked").GetBoolean());

        ulong batch = await PostedAsync(Bytes32.Parse(id));
        JsonElement verdict = await VerdictAsync(batch);
        Assert.Equal(("valid", 0u), (verdict.GetProperty("verdict").GetString(), verdict.GetProperty("sealed").GetUInt32()));

        TeeTeeProgram.Ended withKey = await VerifyAsync(id, "--data-key", DataKey);
        TeeTeeProgram.Ended without = await VerifyAsync(id);
        Assert.True(withKey.ExitCode == 0, withKey.Output + withKey.Errors);
        Assert.Equal(8, without.ExitCode);

        // The scan that finds the public question in what the network keeps finds nothing of the confidential one.
        Dictionary<string, byte[]> kept = Kept();
        Assert.Contains(kept, file => Holds(file.Value, Ids(publicQuestion)));
        foreach ((string path, byte[] bytes) in kept)
        {
            foreach (byte[] secret in (byte[][])[Ids(Question), Encoding.UTF8.GetBytes(Question), Encoding.UTF8.GetBytes(answer), Ids(answer), DataKeyFile.Load(DataKey).Key.ToArray()])
                Assert.False(Holds(bytes, secret), path);
        }
    }

    [Fact]
    public async Task ReceiptVerify_DataKeyOfAnotherJob_IsRefused()
    {
        TeeTeeProgram.Ended first = await AskSealedAsync("Hi", "--save-data-key", DataKey, "--max-tokens", "2");
        TeeTeeProgram.Ended second = await AskSealedAsync("Hi", "--max-tokens", "2");
        Assert.True(first.ExitCode == 0, first.Errors);
        Assert.True(second.ExitCode == 0, second.Errors);

        TeeTeeProgram.Ended wrong = await VerifyAsync(second.Json().GetProperty("receiptId").GetString()!, "--data-key", DataKey);
        TeeTeeProgram.Ended again = await AskSealedAsync("Hi", "--save-data-key", DataKey, "--max-tokens", "2");

        Assert.Equal("bad_setting", wrong.ErrorCode());
        Assert.Equal("file_exists", again.ErrorCode());
    }

    /// <summary>Intel's root is the default, and no quote of a simulated machine leads to it.</summary>
    [Fact]
    public async Task Ask_ConfidentialWithQuotesThatAreNotTrusted_SendsNothing()
    {
        TeeTeeProgram.Ended refused = await AskAsync("Hi", "--confidential");

        Assert.Equal((7, "answer_not_verified"), (refused.ExitCode, refused.ErrorCode()));
        Assert.Contains("Nothing was sent", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("not attested", refused.Errors, StringComparison.Ordinal);
    }

    private string TrustedRoot => Path.Combine(fixture.Network.State, "simulated-tee", "root.pem");

    private Task<TeeTeeProgram.Ended> AskSealedAsync(string question, params string[] more) =>
        AskAsync(question, ["--confidential", "--trusted-root", TrustedRoot, .. more]);

    private Task<TeeTeeProgram.Ended> AskAsync(string question, params string[] more) =>
        TeeTeeProgram.RunAsync(["ask", question, "--model", NetworkFixture.ModelPath, "--key-file", fixture.UserKeyFile, .. Trusted, .. more]);

    private Task<TeeTeeProgram.Ended> VerifyAsync(string id, params string[] more) => TeeTeeProgram.RunAsync(
        ["receipt", "verify", id, "--trusted-root", Path.Combine(fixture.Network.State, "simulated-tee", "root.pem"),
            "--collateral", Path.Combine(fixture.Network.State, "simulated-tee", "collateral.json"), .. Trusted, .. more]);

    private async Task<string> AuditKeyAsync()
    {
        using HttpClient http = new() { BaseAddress = fixture.Network.Verifier, Timeout = Limits.Patience };
        return (await http.GetFromJsonAsync<JsonElement>("v1/info")).GetProperty("auditKey").GetString()!;
    }

    private async Task<ulong> PostedAsync(Bytes32 id)
    {
        ulong batch = 0;
        await Limits.UntilAsync("the receipt to be final", async () =>
        {
            if (await fixture.Jobs.GetReceiptAsync(id, CancellationToken.None) is not { } receipt || receipt.GetProperty("status").GetString() != "final")
                return false;
            batch = receipt.GetProperty("batch").GetProperty("index").GetUInt64();
            return true;
        });
        return batch;
    }

    private async Task<JsonElement> VerdictAsync(ulong batch)
    {
        using HttpClient http = new() { BaseAddress = fixture.Network.Verifier, Timeout = Limits.Patience };
        JsonElement verdict = default;
        await Limits.UntilAsync("the verdict", async () =>
        {
            using HttpResponseMessage response = await http.GetAsync($"v1/verdicts/{batch}");
            if (!response.IsSuccessStatusCode)
                return false;
            verdict = await response.Content.ReadFromJsonAsync<JsonElement>();
            return verdict.GetProperty("verdict").GetString() != "unavailable";
        });
        return verdict;
    }

    // Everything that chain, sequencer, shards and verifier keep, their logs included. A shard's lock, which it alone may open, must hold nothing.
    private Dictionary<string, byte[]> Kept() => Directory.EnumerateFiles(fixture.Network.State, "*", SearchOption.AllDirectories).ToDictionary(path => path, path =>
    {
        if (Path.GetFileName(path) == FolderLock.FileName)
        {
            Assert.Equal(0, new FileInfo(path).Length);
            return [];
        }
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using MemoryStream bytes = new();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    });

    private byte[] Ids(string text) => TokenBytes.Encode(fixture.Model.Tokenizer.Encode(text, addBos: false));

    private static bool Holds(byte[] bytes, byte[] secret) => bytes.AsSpan().IndexOf(secret) >= 0;
}
