using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Data.Sqlite;

namespace TeeTee.EndToEnd.Tests;

/// <summary>Services that must not start say why, and with which exit code.</summary>
[Collection(NetworkGroup.Name)]
public sealed class StartTests(NetworkFixture fixture) : IDisposable
{
    private const int Configuration = 3;
    private const int Model = 4;
    private const int Unreachable = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-start-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Sequencer_PortInUse_RefusesWithPortInUse() =>
        Assert.Equal((Configuration, "port_in_use"), await StartAsync("--listen", fixture.Network.Sequencer.Authority));

    [Fact]
    public async Task Sequencer_WrongChainId_RefusesWithWrongChain()
    {
        JsonObject deployment = (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(Deployment))!;
        deployment["chainId"] = 4711;
        string path = Path.Combine(_folder, "deployment.json");
        await File.WriteAllTextAsync(path, deployment.ToJsonString());

        Assert.Equal((Configuration, "wrong_chain"), await StartAsync("--deployment", path));
    }

    [Fact]
    public async Task Sequencer_ChainWithValue_RefusesTheSimulatedTee()
    {
        JsonObject deployment = (JsonObject)JsonNode.Parse(await File.ReadAllTextAsync(Deployment))!;
        deployment["chainId"] = 8453;
        string path = Path.Combine(_folder, "deployment.json");
        await File.WriteAllTextAsync(path, deployment.ToJsonString());

        Assert.Equal((Configuration, "simulated_tee_refused"), await StartAsync("--deployment", path));
    }

    [Fact]
    public async Task Sequencer_NewerDatabase_RefusesAndLeavesIt()
    {
        string path = Path.Combine(_folder, "sequencer.db");
        using (SqliteConnection connection = new($"Data Source={path};Pooling=False"))
        {
            connection.Open();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 9999;";
            command.ExecuteNonQuery();
        }
        byte[] before = await File.ReadAllBytesAsync(path);

        Assert.Equal((Configuration, "database_newer"), await StartAsync());
        Assert.Equal(before, await File.ReadAllBytesAsync(path));
    }

    [Fact]
    public async Task Sequencer_NoChain_IsUnreachable() =>
        Assert.Equal((Unreachable, "chain_unreachable"), await StartAsync("--chain-url", $"http://127.0.0.1:{FreePort().ToString(CultureInfo.InvariantCulture)}"));

    [Fact]
    public async Task Sequencer_DamagedModel_IsRefused()
    {
        string path = Path.Combine(_folder, "damaged.gguf");
        await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(NetworkFixture.ModelPath))[..100_000]);

        Assert.Equal((Model, "bad_model"), await StartAsync("--model", path));
    }

    [Fact]
    public async Task Dev_PortInUse_RefusesAndLeavesNoProcess()
    {
        TeeTeeProgram.Ended dev = await TeeTeeProgram.RunAsync(
            "dev", "--json", "--state", _folder, "--port", fixture.Network.Sequencer.Port.ToString(CultureInfo.InvariantCulture));

        Assert.Equal((Configuration, "port_in_use"), (dev.ExitCode, dev.ErrorCode()));
        Assert.Empty(ProcessTable.Find(_folder));
    }

    private string Deployment => Path.Combine(fixture.Network.State, "deployment.json");

    // Later options win, so that a test changes one thing of a command line that works.
    private async Task<(int ExitCode, string? Code)> StartAsync(params string[] changed)
    {
        Dictionary<string, string> options = new()
        {
            ["--chain-url"] = fixture.Network.Chain.ToString(),
            ["--deployment"] = Deployment,
            ["--state"] = _folder,
            ["--listen"] = $"127.0.0.1:{FreePort().ToString(CultureInfo.InvariantCulture)}",
            ["--key"] = Path.Combine(fixture.Network.State, "keys", "sequencer.key"),
            ["--model"] = NetworkFixture.ModelPath,
            ["--shards"] = "https://127.0.0.1:9",
            ["--trusted-root"] = Path.Combine(fixture.Network.State, "simulated-tee", "root.pem"),
        };
        for (int i = 0; i < changed.Length; i += 2)
            options[changed[i]] = changed[i + 1];
        TeeTeeProgram.Ended ended = await TeeTeeProgram.RunAsync(
            ["sequencer", "--json", "--insecure-dev", "--exit-with-parent", .. options.SelectMany(option => new[] { option.Key, option.Value })]);
        return (ended.ExitCode, ended.ErrorCode());
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
