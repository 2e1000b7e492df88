using System.Text.Json;
using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>
/// The methods of an Ethereum node that TeeTee uses, typed. All throw <see cref="RpcTransportException"/> without a usable
/// answer and <see cref="JsonRpcException"/> for an error of the node. Safe for concurrent use.
/// </summary>
public sealed class EthereumClient
{
    /// <summary>The most blocks asked for in one eth_getLogs.</summary>
    public const ulong DefaultLogRange = 5_000;

    private readonly JsonRpcClient _rpc;

    public EthereumClient(JsonRpcClient rpc)
    {
        ArgumentNullException.ThrowIfNull(rpc);
        _rpc = rpc;
    }

    /// <summary>The client underneath, for methods that are not here.</summary>
    public JsonRpcClient Rpc => _rpc;

    public Task<ulong> GetChainIdAsync(CancellationToken cancellationToken) =>
        CallAsync("eth_chainId", [], result => Quantity.ParseUInt64(RpcJson.Text(result)), cancellationToken);

    public Task<ulong> GetBlockNumberAsync(CancellationToken cancellationToken) =>
        CallAsync("eth_blockNumber", [], result => Quantity.ParseUInt64(RpcJson.Text(result)), cancellationToken);

    /// <summary>The block, or null if the node has none such.</summary>
    public Task<BlockHeader?> GetBlockAsync(BlockTag block, CancellationToken cancellationToken) => CallAsync(
        block.BlockHash is null ? "eth_getBlockByNumber" : "eth_getBlockByHash",
        [block.ToString(), false],
        result => result.ValueKind == JsonValueKind.Null ? null : RpcJson.Block(result),
        cancellationToken);

    /// <summary>The account's wei.</summary>
    public Task<UInt128> GetBalanceAsync(Address account, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync("eth_getBalance", [account, block.Parameter], result => Quantity.Parse(RpcJson.Text(result)), cancellationToken);

    /// <summary>The account's next nonce.</summary>
    public Task<ulong> GetTransactionCountAsync(Address account, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync("eth_getTransactionCount", [account, block.Parameter], result => Quantity.ParseUInt64(RpcJson.Text(result)), cancellationToken);

    /// <summary>The account's code; empty if it is no contract.</summary>
    public Task<byte[]> GetCodeAsync(Address account, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync("eth_getCode", [account, block.Parameter], result => RpcJson.Bytes(RpcJson.Text(result)), cancellationToken);

    /// <summary>One storage slot of the account.</summary>
    public Task<Bytes32> GetStorageAtAsync(Address account, Bytes32 slot, BlockTag block, CancellationToken cancellationToken) =>
        CallAsync("eth_getStorageAt", [account, slot, block.Parameter], result => Bytes32.Parse(RpcJson.Text(result)!), cancellationToken);

    /// <summary>What the call returns on the state after <paramref name="block"/>.</summary>
    /// <exception cref="ContractRevertException">It reverts.</exception>
    public Task<byte[]> CallAsync(CallRequest request, BlockTag block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SimulateAsync("eth_call", [request.ToParameter(), block.Parameter], result => RpcJson.Bytes(RpcJson.Text(result)), cancellationToken);
    }

    /// <summary>The decoded results of a function called on the state after <paramref name="block"/>.</summary>
    /// <exception cref="ContractRevertException">It reverts.</exception>
    /// <exception cref="MalformedDataException">The result is not the function's.</exception>
    public async Task<object[]> CallAsync(
        Address contract, AbiFunction function, object[] arguments, BlockTag block, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(function);
        CallRequest request = new() { To = contract, Data = function.EncodeCall(arguments) };
        return function.DecodeResult(await CallAsync(request, block, cancellationToken));
    }

    /// <summary>The gas that the call needs on the latest state.</summary>
    /// <exception cref="ContractRevertException">It reverts.</exception>
    public Task<ulong> EstimateGasAsync(CallRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SimulateAsync("eth_estimateGas", [request.ToParameter()], result => Quantity.ParseUInt64(RpcJson.Text(result)), cancellationToken);
    }

    /// <summary>Hands the bytes to the node and returns their hash; that the node has them already is a success.</summary>
    public async Task<Bytes32> SendRawTransactionAsync(ReadOnlyMemory<byte> raw, CancellationToken cancellationToken)
    {
        try
        {
            await _rpc.CallAsync("eth_sendRawTransaction", [Hex.Encode(raw.Span)], cancellationToken);
        }
        catch (JsonRpcException e) when (SendErrors.IsAlreadyKnown(e))
        {
            // The pool has exactly these bytes: what was asked for is so.
        }
        return Keccak256.Hash(raw.Span);
    }

    /// <summary>The receipt, or null as long as no block includes the transaction.</summary>
    public Task<TransactionReceipt?> GetTransactionReceiptAsync(Bytes32 hash, CancellationToken cancellationToken) => CallAsync(
        "eth_getTransactionReceipt",
        [hash],
        result => result.ValueKind == JsonValueKind.Null ? null : RpcJson.Receipt(result),
        cancellationToken);

    /// <summary>
    /// All logs that match, in order. The range is asked for in pieces of at most <paramref name="maxRange"/> blocks, halved
    /// where the node refuses a piece as too large.
    /// </summary>
    /// <exception cref="ArgumentException">The first block is after the last, or <paramref name="maxRange"/> is 0.</exception>
    public Task<IReadOnlyList<LogEntry>> GetLogsAsync(LogFilter filter, ulong maxRange, CancellationToken cancellationToken) =>
        LogQuery.RunAsync(_rpc, filter, maxRange, cancellationToken);

    /// <summary>All logs that match, in pieces of at most <see cref="DefaultLogRange"/> blocks.</summary>
    /// <inheritdoc cref="GetLogsAsync(LogFilter, ulong, CancellationToken)"/>
    public Task<IReadOnlyList<LogEntry>> GetLogsAsync(LogFilter filter, CancellationToken cancellationToken) =>
        GetLogsAsync(filter, DefaultLogRange, cancellationToken);

    /// <summary>The next block's base fee and a tip: the node's suggestion, or 0 if it has no eth_maxPriorityFeePerGas.</summary>
    public async Task<FeeEstimate> GetFeesAsync(CancellationToken cancellationToken)
    {
        var answers = await _rpc.BatchAsync(
            [new("eth_feeHistory", "0x1", "latest", Array.Empty<double>()), new("eth_maxPriorityFeePerGas")], cancellationToken);
        return Checked("eth_feeHistory", () => new FeeEstimate(
            Quantity.Parse(RpcJson.Items(answers[0].Result.GetProperty("baseFeePerGas"), "baseFeePerGas").Last().GetString()),
            answers[1].Error is null ? Quantity.Parse(RpcJson.Text(answers[1].Result)) : 0));
    }

    private async Task<T> CallAsync<T>(string method, object?[] parameters, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        var result = await _rpc.CallAsync(method, parameters, cancellationToken);
        return Checked(method, () => read(result));
    }

    private async Task<T> SimulateAsync<T>(string method, object?[] parameters, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        try
        {
            return await CallAsync(method, parameters, read, cancellationToken);
        }
        catch (JsonRpcException e)
        {
            throw ContractRevertException.From(e);
        }
    }

    private T Checked<T>(string method, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw new RpcTransportException(RpcFault.BadResponse, _rpc.Endpoint, method, "the answer has another form than the method's.", e);
        }
    }
}
