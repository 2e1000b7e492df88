using System.Collections.Concurrent;
using TeeTee.Primitives;

namespace TeeTee.Ethereum.Tests.Sending;

/// <summary>Against a real anvil, which mines only when told where that matters.</summary>
public sealed class TransactionSenderTests : IAsyncLifetime
{
    private static readonly TransactionSenderOptions s_fast = new()
    {
        ReceiptPoll = TimeSpan.FromMilliseconds(20),
        Rebroadcast = TimeSpan.FromMilliseconds(200),
        Bump = TimeSpan.FromSeconds(60),
        Timeout = TimeSpan.FromSeconds(60),
    };

    private AnvilProcess _anvil = null!;
    private JsonRpcClient _rpc = null!;
    private EthereumClient _client = null!;

    private static PrivateKey Key => PrivateKey.Parse(AnvilProcess.Keys[0]);

    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    public async Task InitializeAsync()
    {
        _anvil = await AnvilProcess.StartAsync();
        _rpc = new JsonRpcClient(_anvil.Endpoint);
        _client = new EthereumClient(_rpc);
    }

    public async Task DisposeAsync()
    {
        _rpc.Dispose();
        await _anvil.DisposeAsync();
    }

    [Fact]
    public async Task SendAsync_Concurrent_UsesConsecutiveNonces()
    {
        using var sender = Sender(s_fast);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => sender.SendAsync(Transfer($"t{i}"), Limit)));
        Assert.All(outcomes, outcome => Assert.True(outcome.IsSuccess, outcome.Message));
        Assert.Equal(Enumerable.Range(0, 20).Select(i => (ulong)i), outcomes.Select(outcome => outcome.Versions[0].Transaction.Nonce).Order());
        Assert.Equal(20UL, await _client.GetTransactionCountAsync(Key.Address, BlockTag.Latest, Limit));
    }

    [Fact]
    public async Task SendAsync_Outbox_HasBytesBeforeTheNode()
    {
        Outbox outbox = new(async signed => Assert.Equal(System.Text.Json.JsonValueKind.Null, (await _rpc.CallAsync("eth_getTransactionByHash", [signed.Hash], Limit)).ValueKind));
        using var sender = Sender(s_fast, outbox);
        var outcome = await sender.SendAsync(Transfer("job"), Limit);
        Assert.Equal(outcome.Receipt!.TransactionHash, Assert.Single(outbox.Saved["job"]).Hash);
    }

    [Fact]
    public async Task SendAsync_OutboxFails_SendsNothing()
    {
        using var sender = Sender(s_fast, new Outbox(_ => throw new IOException("disk full")));
        await Assert.ThrowsAsync<IOException>(() => sender.SendAsync(Transfer("job"), Limit));
        using var healthy = Sender(s_fast);
        Assert.Equal(0UL, (await healthy.SendAsync(Transfer("job"), Limit)).Versions[0].Transaction.Nonce);
    }

    [Fact]
    public async Task SendAsync_NoBlocks_RaisesFeesAndLands()
    {
        await _rpc.CallAsync("evm_setAutomine", [false], Limit);
        Outbox outbox = new(_ => Task.CompletedTask);
        using var sender = Sender(s_fast with { Bump = TimeSpan.FromMilliseconds(150) }, outbox);
        var sending = sender.SendAsync(Transfer("job"), Limit);
        while (!outbox.Saved.TryGetValue("job", out var versions) || versions.Count < 4)
            await Task.Delay(20, Limit);
        // Mines on a timer from here on: a version may be replaced between two blocks.
        await _rpc.CallAsync("evm_setIntervalMining", [1], Limit);
        var outcome = await sending;
        Assert.True(outcome.IsSuccess, outcome.Message);
        Assert.Equal(outcome.Versions.Select(version => version.Hash), outbox.Saved["job"].Select(version => version.Hash));
        foreach (var (before, after) in outcome.Versions.Zip(outcome.Versions.Skip(1)))
        {
            Assert.Equal(before.Transaction.Nonce, after.Transaction.Nonce);
            Assert.True(after.Transaction.MaxFeePerGas * 10 >= before.Transaction.MaxFeePerGas * 11);
            Assert.True(after.Transaction.MaxPriorityFeePerGas * 10 >= before.Transaction.MaxPriorityFeePerGas * 11);
        }
    }

    [Fact]
    public async Task SendAsync_DroppedByPool_IsSentAgain()
    {
        await _rpc.CallAsync("evm_setAutomine", [false], Limit);
        Outbox outbox = new(_ => Task.CompletedTask);
        using var sender = Sender(s_fast, outbox);
        var sending = sender.SendAsync(Transfer("job"), Limit);
        while (await PendingAsync() == 0)
            await Task.Delay(20, Limit);
        await _rpc.CallAsync("anvil_dropTransaction", [outbox.Saved["job"][0].Hash], Limit);
        while (await PendingAsync() == 0)
            await Task.Delay(20, Limit);
        await _rpc.CallAsync("anvil_mine", [], Limit);
        var outcome = await sending;
        Assert.True(outcome.IsSuccess, outcome.Message);
        Assert.Single(outcome.Versions);
    }

    [Fact]
    public async Task ResumeAsync_AfterRestart_FinishesTheSameTransaction()
    {
        await _rpc.CallAsync("evm_setAutomine", [false], Limit);
        Outbox outbox = new(_ => Task.CompletedTask);
        using CancellationTokenSource crash = new();
        using (var sender = Sender(s_fast, outbox))
        {
            var sending = sender.SendAsync(Transfer("job"), crash.Token);
            while (await PendingAsync() == 0)
                await Task.Delay(20, Limit);
            await crash.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        }
        await _rpc.CallAsync("anvil_dropAllTransactions", [], Limit);
        var saved = outbox.Saved["job"].Select(version => SignedTransaction.Decode(version.Raw)).ToArray();
        using var restarted = Sender(s_fast, outbox);
        var resuming = restarted.ResumeAsync("job", saved, Limit);
        var next = restarted.SendAsync(Transfer("next"), Limit);
        while (await PendingAsync() < 2)
            await Task.Delay(20, Limit);
        await _rpc.CallAsync("anvil_mine", [], Limit);
        Assert.Equal(saved[0].Hash, (await resuming).Require().TransactionHash);
        Assert.Equal(1UL, (await next).Versions[0].Transaction.Nonce);
        // Once more, when it is long on the chain: the receipt answers at once.
        Assert.True((await restarted.ResumeAsync("job", saved, Limit)).IsSuccess);
    }

    [Fact]
    public async Task ResumeAsync_NonceOfAnother_IsNonceConsumed()
    {
        using var sender = Sender(s_fast);
        var first = await sender.SendAsync(Transfer("first"), Limit);
        var rival = (first.Versions[0].Transaction with { Value = 77 }).Sign(Key);
        var outcome = await sender.ResumeAsync("rival", [rival], Limit);
        Assert.Equal(TransactionStatus.NonceConsumed, outcome.Status);
        Assert.Throws<InvalidOperationException>(outcome.Require);
        Assert.True((await sender.SendAsync(Transfer("next"), Limit)).IsSuccess);
        var foreign = first.Versions[0].Transaction.Sign(PrivateKey.Parse(AnvilProcess.Keys[1]));
        await Assert.ThrowsAsync<ArgumentException>(() => sender.ResumeAsync("foreign", [foreign], Limit));
    }

    [Fact]
    public async Task SendAsync_NoBlocksAtAll_TimesOutAndCanBeResumed()
    {
        await _rpc.CallAsync("evm_setAutomine", [false], Limit);
        using var sender = Sender(s_fast with { Timeout = TimeSpan.FromMilliseconds(300) });
        var outcome = await sender.SendAsync(Transfer("job"), Limit);
        Assert.Equal(TransactionStatus.TimedOut, outcome.Status);
        await _rpc.CallAsync("anvil_mine", [], Limit);
        Assert.True((await sender.ResumeAsync("job", outcome.Versions, Limit)).IsSuccess);
    }

    [Fact]
    public async Task SendAsync_Reverts_AreToldBeforeAndAfter()
    {
        var error = AbiError.Parse("error Rollup_Wrong(uint64 got)");
        var data = error.Encode(7UL);
        using var sender = Sender(s_fast);
        // PUSH1 length, DUP1, PUSH1 offset, PUSH1 0, CODECOPY, PUSH1 0, REVERT, data; behind a creation code of the same kind.
        byte[] runtime = [0x60, (byte)data.Length, 0x80, 0x60, 11, 0x60, 0x00, 0x39, 0x60, 0x00, 0xfd, .. data];
        byte[] creation = [0x60, (byte)runtime.Length, 0x80, 0x60, 11, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3, .. runtime];
        var contract = (await sender.SendAsync(new() { Id = "create", To = null, Data = creation }, Limit)).Require().ContractAddress;

        var before = await sender.SendAsync(new() { Id = "estimated", To = contract }, Limit);
        Assert.Equal(TransactionStatus.WouldRevert, before.Status);
        Assert.True(error.TryDecode(before.RevertData.Span, out _));
        Assert.Empty(before.Versions);

        var after = await sender.SendAsync(new() { Id = "forced", To = contract, GasLimit = 100_000 }, Limit);
        Assert.Equal(TransactionStatus.Reverted, after.Status);
        Assert.True(error.TryDecode(after.RevertData.Span, out var values));
        Assert.Equal([7UL], values);
        Assert.Equal(1UL, after.Versions[0].Transaction.Nonce);
    }

    [Fact]
    public async Task SendAsync_NoFunds_IsRejectedWithoutUsingTheNonce()
    {
        var poor = PrivateKey.Generate();
        using TransactionSender sender = new(_client, poor, AnvilProcess.ChainId, s_fast);
        var outcome = await sender.SendAsync(new() { Id = "poor", To = Address.Zero, Value = 1, GasLimit = 21_000 }, Limit);
        Assert.Equal(TransactionStatus.Rejected, outcome.Status);
        await _rpc.CallAsync("anvil_setBalance", [poor.Address, "0xde0b6b3a7640000"], Limit);
        var rich = await sender.SendAsync(new() { Id = "rich", To = Address.Zero, Value = 1 }, Limit);
        Assert.Equal(0UL, rich.Versions[0].Transaction.Nonce);
        Assert.True(rich.IsSuccess, rich.Message);
    }

    private TransactionSender Sender(TransactionSenderOptions options, ITransactionOutbox? outbox = null) =>
        new(_client, Key, AnvilProcess.ChainId, options, outbox);

    private static TransactionRequest Transfer(string id) => new() { Id = id, To = Address.Zero, Value = 1 };

    private async Task<ulong> PendingAsync() =>
        Quantity.ParseUInt64((await _rpc.CallAsync("txpool_status", [], Limit)).GetProperty("pending").GetString());

    private sealed class Outbox(Func<SignedTransaction, Task> check) : ITransactionOutbox
    {
        public ConcurrentDictionary<string, List<SignedTransaction>> Saved { get; } = [];

        public async ValueTask SaveAsync(string requestId, SignedTransaction transaction, CancellationToken cancellationToken)
        {
            await check(transaction);
            Saved.AddOrUpdate(requestId, [transaction], (_, versions) => [.. versions, transaction]);
        }
    }
}
