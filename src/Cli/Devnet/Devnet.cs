using System.Globalization;
using TeeTee.Attestation.Sources.Simulator;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Inference.Models;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Devnet;

/// <summary>A whole network on one machine: chain, contracts, shards, sequencer and verifier, each a process of its own.</summary>
internal sealed class Devnet : IAsyncDisposable
{
    private const int AnvilChainId = 31337;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly DevnetOptions _options;
    private readonly Action<string> _progress;
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly List<ServiceProcess> _services = [];
    private readonly FreePorts _ports;

    private Devnet(DevnetOptions options, Action<string> progress)
    {
        _options = options;
        _progress = progress;
        Folder = new DevnetFolder(options.StateFolder);
        _ports = new FreePorts(options.Port);
        Sequencer = Loopback(_ports.Next());
        Verifier = Loopback(_ports.Next());
        Chain = options.Chain ?? Loopback(_ports.Next());
    }

    /// <summary>Where everything is kept.</summary>
    public DevnetFolder Folder { get; }

    /// <summary>The sequencer's address: job API, gateway, JSON-RPC.</summary>
    public Uri Sequencer { get; }

    /// <summary>The verifier's address.</summary>
    public Uri Verifier { get; }

    /// <summary>JSON-RPC of the chain.</summary>
    public Uri Chain { get; }

    /// <summary>The file that the shards serve.</summary>
    public string ModelPath => _options.ModelPath;

    /// <summary>The keys of all roles; set once the network is up.</summary>
    public DevnetKeys Keys { get; private set; } = null!;

    /// <summary>The contracts; set once the network is up.</summary>
    public Deployment Deployment { get; private set; } = null!;

    /// <summary>The model that is served; set once the network is up.</summary>
    public ModelListing Model { get; private set; } = null!;

    /// <summary>The processes, in the order of their start.</summary>
    public IReadOnlyList<ServiceProcess> Services => _services;

    /// <summary>Starts everything and returns when a question can be asked.</summary>
    /// <exception cref="FailureException">A part does not come up; everything that was started is stopped.</exception>
    public static async Task<Devnet> StartAsync(DevnetOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        Devnet network = new(options, progress);
        try
        {
            await network.StartAsync(cancellationToken).ConfigureAwait(false);
            return network;
        }
        catch
        {
            await network.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Stops all processes: the services first, the chain last.</summary>
    public async ValueTask DisposeAsync()
    {
        _services.ForEach(service => service.StopRestarting());
        foreach (IGrouping<bool, ServiceProcess> group in _services.AsEnumerable().Reverse().GroupBy(s => s.Name == "anvil").OrderBy(g => g.Key))
            await Task.WhenAll(group.Select(service => service.DisposeAsync().AsTask())).ConfigureAwait(false);
        _http.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        RequireFree(Sequencer);
        RequireFree(Verifier);
        Directory.CreateDirectory(Folder.Root);
        Model = ModelListing.Read(_options.ModelPath, cancellationToken);
        LayerRange[] ranges = Split();
        Keys = DevnetKeys.LoadOrCreate(Folder, _options.Shards);
        if (_options.Chain is null)
            StartChain();
        await PrepareChainAsync(cancellationToken).ConfigureAwait(false);
        DevnetApiKey.Create(Folder, Keys, DevnetChain.UserCredit);
        SimulatedPki.LoadOrCreate(Folder.SimulatedPki, TimeProvider.System).Dispose();
        DevnetPolicy.Write(Folder.Policy);
        await StartServicesAsync(ranges, cancellationToken).ConfigureAwait(false);
    }

    private LayerRange[] Split() =>
        _options.Shards >= 1 && _options.Shards <= Math.Min(16, Model.Layers)
            ? LayerRange.Split(Model.Layers, _options.Shards)
            : throw new FailureException(ExitCode.Usage, "bad_setting", $"--shards {_options.Shards}: this model takes 1 to {Math.Min(16, Model.Layers)}.");

    private void StartChain()
    {
        _progress("starting the chain");
        string[] arguments =
        [
            "--host", "127.0.0.1", "--port", Port(Chain), "--chain-id", AnvilChainId.ToString(CultureInfo.InvariantCulture), "--hardfork", "osaka",
            "--block-time", "1", "--mixed-mining", "--slots-in-an-epoch", "1", "--state", Folder.Chain, "--state-interval", "1", "--quiet",
        ];
        RequireFree(Chain);
        _services.Add(ServiceProcess.StartWatched("anvil", AnvilBinary.Find(), arguments, Folder.Log("anvil"), _progress));
    }

    private async Task PrepareChainAsync(CancellationToken cancellationToken)
    {
        using JsonRpcClient rpc = new(Chain);
        EthereumClient client = new(rpc);
        await WaitForChainAsync(client, cancellationToken).ConfigureAwait(false);
        _progress("deploying the contracts, listing the model, depositing credit");
        using DevnetChain chain = new(client, _options, Folder, Keys);
        Deployment = await chain.PrepareAsync(Model, cancellationToken).ConfigureAwait(false);
    }

    private async Task WaitForChainAsync(EthereumClient client, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            try
            {
                await client.GetBlockNumberAsync(deadline.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception fault) when (fault is RpcTransportException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                if (deadline.IsCancellationRequested || _options.Chain is not null)
                    throw new FailureException(ExitCode.Unreachable, "chain_unreachable", $"{Chain} does not answer: {fault.Message} {_services.FirstOrDefault()?.LogTail()}", fault);
                await Task.Delay(50, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task StartServicesAsync(LayerRange[] ranges, CancellationToken cancellationToken)
    {
        _progress($"starting {ranges.Length} shards, the sequencer and the verifier");
        List<(ServiceProcess Service, Uri Address)> waiting = [];
        List<Uri> shards = [];
        for (int i = 0; i < ranges.Length; i++)
        {
            (Uri grpc, Uri http) = (Loopback(_ports.Next(), Uri.UriSchemeHttps), Loopback(_ports.Next()));
            shards.Add(grpc);
            waiting.Add((Start($"shard-{i}", http, ServiceArguments.Shard(this, _options, i, ranges[i], grpc, http)), http));
        }
        waiting.Add((Start("sequencer", Sequencer, ServiceArguments.Sequencer(this, _options, shards)), Sequencer));
        waiting.Add((Start("verifier", Verifier, ServiceArguments.Verifier(this, _options)), Verifier));
        await Task.WhenAll(waiting.Select(w => ReadinessProbe.WaitAsync(_http, w.Service, w.Address, s_patience, cancellationToken))).ConfigureAwait(false);
    }

    private ServiceProcess Start(string name, Uri address, IEnumerable<string> arguments)
    {
        RequireFree(address);
        ServiceProcess service = ServiceProcess.StartSelf(name, arguments, Folder.Log(name), _progress);
        _services.Add(service);
        return service;
    }

    private static void RequireFree(Uri address)
    {
        if (!FreePorts.IsFree(address.Port))
            throw new FailureException(ExitCode.Configuration, "port_in_use", $"Port {address.Port} is taken; choose others with --port, or stop the program that holds it.");
    }

    private static Uri Loopback(int port, string scheme = "http") => new($"{scheme}://127.0.0.1:{port}");

    private static string Port(Uri address) => address.Port.ToString(CultureInfo.InvariantCulture);
}
