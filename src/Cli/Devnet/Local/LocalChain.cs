using System.Globalization;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;

namespace TeeTee.Cli.Devnet.Local;

/// <summary>An anvil of a local network's own, whose time can be moved ahead together with the services' clock.</summary>
internal sealed class LocalChain : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly ServiceProcess _process;
    private readonly JsonRpcClient _rpc;

    private LocalChain(ServiceProcess process, Uri address)
    {
        (_process, Address) = (process, address);
        _rpc = new JsonRpcClient(address);
        Client = new EthereumClient(_rpc);
    }

    /// <summary>JSON-RPC.</summary>
    public Uri Address { get; }

    /// <summary>A client of it.</summary>
    public EthereumClient Client { get; }

    /// <summary>What every service's clock must follow.</summary>
    public NetworkClock Clock { get; } = new();

    /// <summary>Starts one with the rules of the osaka fork, the transaction gas cap among them.</summary>
    /// <exception cref="FailureException"><c>anvil_missing</c> or <c>chain_unreachable</c>.</exception>
    public static async Task<LocalChain> StartAsync(DevnetFolder folder, Action<string> progress, CancellationToken cancellationToken)
    {
        int port = new FreePorts(0).Next();
        string[] arguments =
        [
            "--host", "127.0.0.1", "--port", port.ToString(CultureInfo.InvariantCulture), "--chain-id", "31337", "--hardfork", "osaka",
            "--block-time", "1", "--mixed-mining", "--slots-in-an-epoch", "1", "--quiet",
        ];
        ServiceProcess process = ServiceProcess.StartWatched("anvil", AnvilBinary.Find(), arguments, folder.Log("anvil"), progress);
        process.StopRestarting();
        LocalChain chain = new(process, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")));
        try
        {
            await chain.WaitAsync(cancellationToken).ConfigureAwait(false);
            return chain;
        }
        catch
        {
            await chain.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Moves the chain and the services' clock ahead by whole seconds, and makes a block there.</summary>
    public async Task WarpAsync(ulong seconds, CancellationToken cancellationToken)
    {
        await _rpc.CallAsync("evm_increaseTime", [(long)seconds], cancellationToken).ConfigureAwait(false);
        await _rpc.CallAsync("evm_mine", [], cancellationToken).ConfigureAwait(false);
        Clock.Advance(TimeSpan.FromSeconds(seconds));
    }

    /// <summary>Moves both ahead until the chain's time is at least <paramref name="time"/> (Unix seconds).</summary>
    public async Task WarpToAsync(ulong time, CancellationToken cancellationToken)
    {
        ulong now = await TimeAsync(cancellationToken).ConfigureAwait(false);
        if (now < time)
            await WarpAsync(time - now, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Time of the newest block, Unix seconds.</summary>
    public async Task<ulong> TimeAsync(CancellationToken cancellationToken) =>
        (await Client.GetBlockAsync(BlockTag.Latest, cancellationToken).ConfigureAwait(false))!.Timestamp;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _rpc.Dispose();
        await _process.DisposeAsync().ConfigureAwait(false);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_patience);
        while (true)
        {
            try
            {
                await Client.GetBlockNumberAsync(deadline.Token).ConfigureAwait(false);
                return;
            }
            catch (Exception fault) when (fault is RpcTransportException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                if (deadline.IsCancellationRequested)
                    throw new FailureException(ExitCode.Unreachable, "chain_unreachable", $"{Address} does not answer: {fault.Message} {_process.LogTail()}", fault);
                await Task.Delay(50, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
