using System.Globalization;
using System.Text.Json;
using TeeTee.Ethereum;
using TeeTee.Gateway.Jobs;
using TeeTee.Primitives;
using TeeTee.Rollup.Accounting;
using TeeTee.Rollup.Messages;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;
using TeeTee.Sequencer.Data;
using TeeTee.Sequencer.Posting;
using TeeTee.Sequencer.Receipts;

namespace TeeTee.Sequencer.Rpc;

/// <summary>The methods of docs/api.md section 4. Quantities are as EIP-1474 has them.</summary>
internal sealed class RpcMethodTable
{
    private readonly BatchingOptions _options;
    private readonly ChainConnection _chain;
    private readonly BatchStore _batches;
    private readonly CandidateStore _candidates;
    private readonly StateStore _states;
    private readonly IJobClient? _jobs;
    private readonly Dictionary<string, Func<JsonElement?, CancellationToken, Task<object?>>> _methods;

    public RpcMethodTable(
        BatchingOptions options, ChainConnection chain, BatchStore batches, CandidateStore candidates, StateStore states, BatchReader reader,
        ReceiptReader receipts, IJobClient? jobs = null)
    {
        (_options, _chain, _batches, _candidates, _states, _jobs) = (options, chain, batches, candidates, states, jobs);
        _methods = new(StringComparer.Ordinal)
        {
            ["eth_chainId"] = (_, _) => Now(Quantity(options.Deployment.ChainId)),
            ["net_version"] = (_, _) => Now(options.Deployment.ChainId.ToString(CultureInfo.InvariantCulture)),
            ["web3_clientVersion"] = (_, _) => Now("TeeTee/sequencer/v1"),
            ["teetee_syncStatus"] = (_, cancellationToken) => SyncStatusAsync(cancellationToken),
            ["teetee_getBatch"] = (p, _) => Now(reader.Find(RpcParams.Index(p)) ?? throw Missing("batch")),
            ["teetee_getReceipt"] = (p, _) => Now(receipts.Find(RpcParams.Hash(p)) ?? throw Missing("receipt")),
            ["teetee_getAccount"] = (p, _) => Now(Account(RpcParams.Account(p))),
            ["teetee_models"] = (_, cancellationToken) => ModelsAsync(cancellationToken),
            ["teetee_parameters"] = (_, cancellationToken) => ParametersAsync(cancellationToken),
        };
    }

    /// <summary>What a method returns.</summary>
    /// <exception cref="RpcException">It is unknown, its parameters are wrong, or it cannot answer now.</exception>
    public async Task<object?> CallAsync(string method, JsonElement? parameters, CancellationToken cancellationToken)
    {
        if (!_methods.TryGetValue(method, out var call))
            throw new RpcException(RpcError.MethodNotFound, "The method does not exist.");
        try
        {
            return await call(parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is RpcTransportException or JsonRpcException or MalformedDataException)
        {
            throw new RpcException(RpcError.Unavailable, "The chain cannot be asked now.");
        }
    }

    private async Task<object?> SyncStatusAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<LocalBatch> open = _batches.Open();
        ulong head = _batches.Newest().Index;
        ulong posted = open.Where(b => b.Status != LocalStatus.Built).Select(b => b.Index).DefaultIfEmpty(0UL).Max();
        ulong final = open.Where(b => b.Status == LocalStatus.Final).Select(b => b.Index).DefaultIfEmpty(0UL).Max();
        return new
        {
            head = Quantity(head),
            posted = Quantity(posted),
            final = Quantity(final),
            pendingReceipts = Quantity((ulong)_candidates.CountUnposted()),
            safeBlock = await BlockAsync(BlockTag.Safe, cancellationToken).ConfigureAwait(false),
            finalizedBlock = await BlockAsync(BlockTag.Finalized, cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<string?> BlockAsync(BlockTag tag, CancellationToken cancellationToken) =>
        await _chain.Client.GetBlockAsync(tag, cancellationToken).ConfigureAwait(false) is { } block ? Quantity(block.Number) : null;

    private object Account(Address owner)
    {
        (ulong index, _) = _batches.Newest();
        AccountTree state = _states.After(index);
        Account account = state.Get(owner);
        return new
        {
            owner,
            batchIndex = Quantity(index),
            nonce = Quantity(account.Nonce),
            spent = Quantity(account.Spent),
            earned = Quantity(account.Earned),
            earningsSpent = Quantity(account.EarningsSpent),
        };
    }

    private async Task<object?> ModelsAsync(CancellationToken cancellationToken)
    {
        if (_jobs is null)
            throw new RpcException(RpcError.MethodNotFound, "This node serves no jobs.");
        return (await _jobs.GetInfoAsync(cancellationToken).ConfigureAwait(false)).Models;
    }

    private async Task<object?> ParametersAsync(CancellationToken cancellationToken)
    {
        RollupParameters p = await _chain.RequireParametersAsync(cancellationToken).ConfigureAwait(false);
        return new
        {
            protocolVersion = Quantity(1),
            chainId = Quantity(_options.Deployment.ChainId),
            rollup = _options.Deployment.Rollup,
            registry = _options.Deployment.Registry,
            credits = _options.Deployment.Credits,
            sequencer = _options.Key.Address,
            epochSeconds = Quantity(p.EpochSeconds),
            windowSeconds = Quantity(p.Window),
            postBeforeHorizon = Quantity(p.PostBeforeHorizon),
            withdrawalDelay = Quantity(p.WithdrawalDelay),
            withdrawalMargin = Quantity(p.WithdrawalMargin),
            sequencerShareBps = Quantity(p.SequencerShareBps),
        };
    }

    private static Task<object?> Now(object? value) => Task.FromResult(value);

    private static RpcException Missing(string what) => new(RpcError.NotFound, $"There is no such {what}.");

    /// <summary>EIP-1474: 0x hex without leading zeros.</summary>
    private static string Quantity(UInt128 value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);
}
