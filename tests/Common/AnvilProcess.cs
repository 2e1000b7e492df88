using System.Diagnostics;
using System.Globalization;

namespace TeeTee.Testing;

/// <summary>
/// A real anvil of its own on a free port, killed on disposal. A shell in between kills it also when the test process
/// dies: anvil itself outlives its parent.
/// </summary>
internal sealed class AnvilProcess : IAsyncDisposable
{
    // The first accounts of the public mnemonic "test test test test test test test test test test test junk".
    private static readonly string[] s_keys =
    [
        "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
        "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
        "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
        "0x47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a",
    ];

    private readonly Process _process;

    private AnvilProcess(Process process, int port) => (_process, Endpoint) = (process, new Uri($"http://127.0.0.1:{port}/"));

    /// <summary>Where it listens.</summary>
    public Uri Endpoint { get; }

    /// <summary>The chain id.</summary>
    public static ulong ChainId => 84532;

    /// <summary>Private keys of accounts with 10,000 ETH each.</summary>
    public static IReadOnlyList<string> Keys => s_keys;

    /// <summary>Starts anvil (osaka, chain id 84532) and waits until it listens.</summary>
    /// <param name="arguments">Further arguments, such as --block-time 1 or --no-mining.</param>
    public static async Task<AnvilProcess> StartAsync(params string[] arguments)
    {
        var anvil = Repository.NodeTool("@foundry-rs/anvil-linux-amd64", "anvil");
        // The shell reads its standard input, the pipe from this process: its end is the end of this process.
        ProcessStartInfo start = new("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("\"$@\" <&- & child=$!; while read -r line; do :; done; kill -9 $child");
        foreach (var argument in (string[])["sh", anvil, "--host", "127.0.0.1", "--port", "0", "--hardfork", "osaka", "--chain-id", "84532", .. arguments])
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        try
        {
            return new AnvilProcess(process, await ReadPortAsync(process));
        }
        catch
        {
            process.StandardInput.Close();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(10));
        await _process.WaitForExitAsync(limit.Token);
        _process.Dispose();
    }

    private static async Task<int> ReadPortAsync(Process process)
    {
        const string Marker = "Listening on 127.0.0.1:";
        using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.IndexOf(Marker, StringComparison.Ordinal) is var at and >= 0)
            {
                // Keep reading, or anvil blocks on a full pipe.
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null);
                return int.Parse(line[(at + Marker.Length)..].Trim(), CultureInfo.InvariantCulture);
            }
        }
        throw new InvalidOperationException("anvil ended: " + await process.StandardError.ReadToEndAsync(limit.Token));
    }
}
