using System.Globalization;
using System.Text.Json;
using TeeTee.Cli.Devnet;
using TeeTee.Ethereum;
using TeeTee.Hosting.Failures;
using TeeTee.Primitives;
using TeeTee.RollupContracts;

namespace TeeTee.Cli.Bench.Binary32;

/// <summary>An anvil of its own with the contract Binary32Fuzz on it.</summary>
internal sealed class FuzzChain : IAsyncDisposable
{
    // More than any call can use: the gas of a call is a 64-bit number.
    private const string AllGas = "0x7fffffffffffffff";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestCall = TimeSpan.FromMinutes(30);
    private static readonly ContractArtifact s_artifact = ContractArtifact.Load("Binary32Fuzz");

    private readonly ServiceProcess _process;
    private readonly JsonRpcClient _rpc;
    private string _contract = "";

    private FuzzChain(ServiceProcess process, JsonRpcClient rpc) => (_process, _rpc) = (process, rpc);

    /// <summary>What is fuzzed: the hash of the contract's creation code.</summary>
    public static Bytes32 CodeHash => Keccak256.Hash(s_artifact.CreationCode.Span);

    /// <summary>Starts it and deploys.</summary>
    /// <exception cref="FailureException">It did not come up or refused the contract.</exception>
    public static async Task<FuzzChain> StartAsync(Action<string> progress, CancellationToken cancellationToken)
    {
        string port = new FreePorts(0).Next().ToString(CultureInfo.InvariantCulture);
        string log = Path.Combine(Path.GetTempPath(), $"teetee-fuzz-anvil-{port}.log");
        string[] arguments = ["--host", "127.0.0.1", "--port", port, "--hardfork", "osaka", "--disable-block-gas-limit", "--silent"];
        ServiceProcess process = ServiceProcess.StartWatched("anvil", AnvilBinary.Find(), arguments, log, progress);
        FuzzChain chain = new(process, new JsonRpcClient(new Uri($"http://127.0.0.1:{port}/"), new JsonRpcOptions { Timeout = s_longestCall, MaxAttempts = 1 }));
        try
        {
            await chain.DeployAsync(cancellationToken).ConfigureAwait(false);
            return chain;
        }
        catch
        {
            await chain.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The digest of a range of draws.</summary>
    public async Task<ulong> DigestAsync(FuzzOperation operation, ulong seed, ulong first, ulong count, CancellationToken cancellationToken)
    {
        AbiFunction run = s_artifact.Function("run");
        object[] values = await CallAsync(run, run.EncodeCall((ulong)operation, seed, first, count), cancellationToken).ConfigureAwait(false);
        return (ulong)values[0];
    }

    /// <summary>One draw of the chain, and the results of its three cases there.</summary>
    public async Task<(FuzzCase Draw, ulong[] Results)> EvaluateAsync(FuzzOperation operation, ulong seed, ulong draw, CancellationToken cancellationToken)
    {
        AbiFunction evaluate = s_artifact.Function("evaluate");
        object[] v = await CallAsync(evaluate, evaluate.EncodeCall((ulong)operation, seed, draw), cancellationToken).ConfigureAwait(false);
        UInt128 x = (UInt128)v[0];
        return (new FuzzCase((uint)x, (uint)(x >> 32), (uint)(x >> 64), (uint)(x >> 96)), [.. ((object[])v[1]).Cast<ulong>()]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _rpc.Dispose();
        await _process.DisposeAsync().ConfigureAwait(false);
    }

    private async Task DeployAsync(CancellationToken cancellationToken)
    {
        JsonElement accounts = await WaitForAccountsAsync(cancellationToken).ConfigureAwait(false);
        object transaction = new { from = accounts[0].GetString(), data = Hex.Encode(s_artifact.CreationCode.Span) };
        JsonElement hash = await _rpc.CallAsync("eth_sendTransaction", [transaction], cancellationToken).ConfigureAwait(false);
        JsonElement receipt;
        do
            receipt = await _rpc.CallAsync("eth_getTransactionReceipt", [hash.GetString()], cancellationToken).ConfigureAwait(false);
        while (receipt.ValueKind == JsonValueKind.Null);
        if (receipt.GetProperty("status").GetString() != "0x1")
            throw new FailureException(ExitCode.Refused, "not_deployed", "anvil refused the contract Binary32Fuzz.");
        _contract = receipt.GetProperty("contractAddress").GetString()!;
    }

    private async Task<JsonElement> WaitForAccountsAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_patience);
        while (true)
        {
            try
            {
                return await _rpc.CallAsync("eth_accounts", [], deadline.Token).ConfigureAwait(false);
            }
            catch (RpcTransportException) when (_process.Restarts < 3)
            {
                await Task.Delay(100, deadline.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new FailureException(ExitCode.Unreachable, "anvil_not_ready", $"anvil did not come up.{Environment.NewLine}{_process.LogTail()}");
            }
        }
    }

    private async Task<object[]> CallAsync(AbiFunction function, byte[] data, CancellationToken cancellationToken)
    {
        object call = new { to = _contract, data = Hex.Encode(data), gas = AllGas };
        JsonElement answer = await _rpc.CallAsync("eth_call", [call, "latest"], cancellationToken).ConfigureAwait(false);
        return function.DecodeResult(Hex.Decode(answer.GetString()));
    }
}
