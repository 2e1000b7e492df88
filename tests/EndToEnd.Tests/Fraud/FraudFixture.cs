using TeeTee.Cli.Devnet;
using TeeTee.Cli.Fraud;
using TeeTee.Hosting.Faults;

namespace TeeTee.EndToEnd.Tests.Fraud;

/// <summary>One network for many faults, one after another: a convicted party goes on with what is left of its stake.</summary>
public sealed class FraudFixture : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("teetee-fraud-").FullName;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("TEETEE_FRAUD_PATIENCE") ?? "90", System.Globalization.CultureInfo.InvariantCulture));

    private readonly List<string> _lines = [];

    internal FraudNetwork Network { get; private set; } = null!;

    internal static DevnetOptions Options(string folder) => new()
    {
        StateFolder = folder,
        ModelPath = NetworkFixture.ModelPath,
        Shards = 2,
        WindowSeconds = 600,
        ResponseSeconds = 60,
        DisputeSeconds = 600,
        BatchSeconds = 0,
        EpochSeconds = 4,
        Port = 0,
    };

    public async Task InitializeAsync() => Network = await FraudNetwork.StartAsync(Options(_folder), null, _ => { }, CancellationToken.None);

    public async Task DisposeAsync()
    {
        await Network.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        if (Environment.GetEnvironmentVariable("TEETEE_KEEP") is null)
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Commits a fault and gives what became of it; what happened is in the message of a failure.</summary>
    internal async Task<FraudResult> RunAsync(string name)
    {
        _lines.Clear();
        try
        {
            using CancellationTokenSource patience = new(s_patience);
            FraudRun run = new(Network, warps: true, _lines.Add);
            FraudResult result = await run.RunAsync(new Fault(FaultCatalog.Find(name)!.Kind), patience.Token);
            await run.GoOnAsync(patience.Token);
            return result;
        }
        catch (Exception fault)
        {
            Network.BeHonest();
            throw new InvalidOperationException($"{fault.Message} (logs: {_folder})\n{string.Join('\n', _lines)}", fault);
        }
    }
}
