using TeeTee.Primitives;

namespace TeeTee.Ethereum.Tests.Rpc;

/// <summary>Against a real anvil.</summary>
public sealed class EthereumClientTests : IAsyncLifetime
{
    // PUSH1 0x2a PUSH1 0 MSTORE, LOG1 of that word under topic 0x..07, then return the word.
    private const string LoggingRuntime = "602a600052600760206000a160206000f3";

    private AnvilProcess _anvil = null!;
    private JsonRpcClient _rpc = null!;
    private EthereumClient _client = null!;
    private TransactionSender _sender = null!;

    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public async Task InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync("--slots-in-an-epoch", "1");
        _rpc = new JsonRpcClient(_anvil.Endpoint);
        _client = new EthereumClient(_rpc);
        _sender = new TransactionSender(_client, PrivateKey.Parse(AnvilProcess.Keys[0]), AnvilProcess.ChainId);
    }

    public async Task DisposeAsync()
    {
        _sender.Dispose();
        _rpc.Dispose();
        await _anvil.DisposeAsync();
    }

    [Fact]
    public async Task Reads_FreshChain_AreRight()
    {
        Assert.Equal(AnvilProcess.ChainId, await _client.GetChainIdAsync(Limit));
        Assert.Equal(0UL, await _client.GetBlockNumberAsync(Limit));
        Assert.Equal(0UL, await _client.GetTransactionCountAsync(_sender.Address, BlockTag.Latest, Limit));
        Assert.Equal((UInt128)1_000_000_000_000_000_000 * 10_000, await _client.GetBalanceAsync(_sender.Address, BlockTag.Latest, Limit));
        Assert.Empty(await _client.GetCodeAsync(_sender.Address, BlockTag.Latest, Limit));
        Assert.Null(await _client.GetBlockAsync(BlockTag.Number(1_000_000), Limit));
        Assert.Null(await _client.GetTransactionReceiptAsync(Bytes32.Zero, Limit));
        Assert.True((await _client.GetFeesAsync(Limit)).BaseFee > 0);
    }

    [Fact]
    public async Task GetBlockAsync_Tags_AreOrdered()
    {
        await _rpc.CallAsync("anvil_mine", ["0x8"], Limit);
        var latest = (await _client.GetBlockAsync(BlockTag.Latest, Limit))!;
        var safe = (await _client.GetBlockAsync(BlockTag.Safe, Limit))!;
        var finalized = (await _client.GetBlockAsync(BlockTag.Finalized, Limit))!;
        Assert.True(finalized.Number < safe.Number && safe.Number < latest.Number);
        Assert.Equal(latest, await _client.GetBlockAsync(BlockTag.Hash(latest.Hash), Limit));
        Assert.Equal(latest.ParentHash, (await _client.GetBlockAsync(BlockTag.Number(latest.Number - 1), Limit))!.Hash);
        Assert.Equal(0UL, (await _client.GetBlockAsync(BlockTag.Earliest, Limit))!.Number);
    }

    [Fact]
    public async Task CallAsync_DeployedContract_ReturnsAndLogs()
    {
        var contract = await DeployAsync(LoggingRuntime);
        var answer = await _client.CallAsync(contract, AbiFunction.Parse("answer()(uint64)"), [], BlockTag.Latest, Limit);
        Assert.Equal(42UL, answer[0]);

        var receipt = (await _sender.SendAsync(new() { Id = "log", To = contract }, Limit)).Require();
        var topic = Bytes32.Parse("0x" + new string('0', 63) + "7");
        Assert.Equal([topic], receipt.Logs.Single().Topics);
        await _rpc.CallAsync("anvil_mine", ["0x14"], Limit);
        var head = await _client.GetBlockNumberAsync(Limit);
        LogFilter filter = new() { FromBlock = 0, ToBlock = head, Addresses = [contract], Topics = [[topic]] };
        // The range of 3 makes several calls of it.
        var log = Assert.Single(await _client.GetLogsAsync(filter, 3, Limit));
        Assert.Equal(receipt.TransactionHash, log.TransactionHash);
        Assert.Equal((byte)42, log.Data.Span[31]);
        Assert.Empty(await _client.GetLogsAsync(filter with { Topics = [[Bytes32.Zero]] }, Limit));
    }

    [Fact]
    public async Task CallAsync_Reverts_CarryTheirData()
    {
        var error = AbiError.Parse("error Rollup_Wrong(uint64 got, bytes32 hash)");
        var data = error.Encode(7UL, Keccak256.Hash([1]));
        var contract = await DeployAsync(RevertingRuntime(data));
        CallRequest call = new() { To = contract, Data = new byte[] { 1 } };
        var thrown = await Assert.ThrowsAsync<ContractRevertException>(() => _client.CallAsync(call, BlockTag.Latest, Limit));
        Assert.True(error.TryDecode(thrown.RevertData, out var values));
        Assert.Equal([7UL, Keccak256.Hash([1])], values);
        await Assert.ThrowsAsync<ContractRevertException>(() => _client.EstimateGasAsync(call, Limit));

        var words = await DeployAsync(RevertingRuntime(AbiError.RevertString.Encode("no such batch")));
        var said = await Assert.ThrowsAsync<ContractRevertException>(() => _client.CallAsync(call with { To = words }, BlockTag.Latest, Limit));
        Assert.Contains("no such batch", said.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BatchAsync_MixedCalls_KeepOrderAndErrors()
    {
        var outcomes = await _rpc.BatchAsync(
            [new("eth_chainId"), new("eth_noSuchMethod"), new("eth_blockNumber"), new("web3_clientVersion")], Limit);
        Assert.Equal("0x14a34", outcomes[0].Result.GetString());
        Assert.NotNull(outcomes[1].Error);
        Assert.Throws<JsonRpcException>(() => outcomes[1].Result);
        Assert.Equal("0x0", outcomes[2].Result.GetString());
        Assert.Contains("anvil", outcomes[3].Result.GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.Empty(await _rpc.BatchAsync([], Limit));
    }

    [Fact]
    public async Task SendRawTransactionAsync_Twice_SucceedsTwice()
    {
        await _rpc.CallAsync("evm_setAutomine", [false], Limit);
        var fees = await _client.GetFeesAsync(Limit);
        Eip1559Transaction transaction = new()
        {
            ChainId = AnvilProcess.ChainId, Nonce = 0, MaxPriorityFeePerGas = 1, MaxFeePerGas = fees.MaxFee + 1, GasLimit = 21_000,
            To = Address.Zero, Value = 5,
        };
        var signed = transaction.Sign(PrivateKey.Parse(AnvilProcess.Keys[0]));
        Assert.Equal(signed.Hash, await _client.SendRawTransactionAsync(signed.Raw.ToArray(), Limit));
        Assert.Equal(signed.Hash, await _client.SendRawTransactionAsync(signed.Raw.ToArray(), Limit));
        await _rpc.CallAsync("anvil_mine", [], Limit);
        var receipt = (await _client.GetTransactionReceiptAsync(signed.Hash, Limit))!;
        Assert.True(receipt.Succeeded);
        Assert.Equal(_sender.Address, receipt.From);
        Assert.Equal(21_000UL, receipt.GasUsed);
    }

    private async Task<Address> DeployAsync(string runtime)
    {
        var code = Hex.Decode(runtime);
        // Creation code: copy what follows to memory and return it.
        byte[] creation = [0x61, (byte)(code.Length >> 8), (byte)code.Length, 0x80, 0x60, 12, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3, .. code];
        var receipt = (await _sender.SendAsync(new() { Id = "deploy", To = null, Data = creation }, Limit)).Require();
        Assert.Equal(code, await _client.GetCodeAsync(receipt.ContractAddress!.Value, BlockTag.Latest, Limit));
        return receipt.ContractAddress.Value;
    }

    private static string RevertingRuntime(byte[] data)
    {
        // PUSH2 length, DUP1, PUSH1 offset, PUSH1 0, CODECOPY, PUSH1 0, REVERT, data
        byte[] code = [0x61, (byte)(data.Length >> 8), (byte)data.Length, 0x80, 0x60, 12, 0x60, 0x00, 0x39, 0x60, 0x00, 0xfd, .. data];
        return Hex.Encode(code);
    }
}
