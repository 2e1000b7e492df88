using TeeTee.Ethereum;
using TeeTee.Primitives;
using TeeTee.RollupContracts;
using TeeTee.Sequencer.Batching;

namespace TeeTee.Sequencer.Posting;

/// <summary>
/// The one place from which the sequencer's account sends. Nothing new is signed before everything signed earlier has ended, so a
/// piece of work is never under way twice.
/// </summary>
internal sealed class ChainWriter : IDisposable
{
    private readonly BatchingOptions _options;
    private readonly ChainConnection _chain;
    private readonly SqliteOutbox _outbox;
    private readonly TransactionSender _sender;
    private readonly SemaphoreSlim _lane = new(1, 1);

    public ChainWriter(BatchingOptions options, ChainConnection chain, SqliteOutbox outbox)
    {
        (_options, _chain, _outbox) = (options, chain, outbox);
        _sender = new TransactionSender(
            chain.Client, options.Key, options.Deployment.ChainId, options.Transactions, outbox, options.Clock);
    }

    /// <summary>The account.</summary>
    public Address Address => _sender.Address;

    /// <summary>Sends one piece of work and waits for its end.</summary>
    /// <returns>Null if earlier transactions are still under way: nothing was sent.</returns>
    /// <exception cref="TransactionRejectedException">The node refuses it; asked again at once it would refuse again.</exception>
    public async Task<TransactionOutcome?> SendAsync(string purpose, Contract to, byte[] data, CancellationToken cancellationToken)
    {
        await _lane.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // What ends only now may be the very work that was asked for; the caller looks at the chain again.
            if (await RecoverInLaneAsync(cancellationToken).ConfigureAwait(false) > 0)
                return null;
            TransactionRequest request = new() { Id = purpose, To = to.Address, Data = data };
            using CancellationTokenSource limit = await LimitAsync(purpose, cancellationToken).ConfigureAwait(false);
            TransactionOutcome outcome = await _sender.SendAsync(request, limit.Token).ConfigureAwait(false);
            _outbox.Record(outcome);
            return outcome.Status == TransactionStatus.Rejected ? throw new TransactionRejectedException(purpose, outcome.Message) : outcome;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What was signed is stored: the next call replaces it.
            return null;
        }
        finally
        {
            _lane.Release();
        }
    }

    /// <summary>Goes on with every stored transaction that has no end on the chain; returns how many there were.</summary>
    public async Task<int> RecoverAsync(CancellationToken cancellationToken)
    {
        await _lane.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await RecoverInLaneAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _lane.Release();
        }
    }

    /// <summary>The transaction of a purpose that succeeded on the chain as it is now, or null.</summary>
    public async Task<Bytes32?> FindMinedAsync(string purpose, CancellationToken cancellationToken)
    {
        foreach (Bytes32 hash in _outbox.HashesOf(purpose))
        {
            if (await _chain.Client.GetTransactionReceiptAsync(hash, cancellationToken).ConfigureAwait(false) is { Succeeded: true })
                return hash;
        }

        return null;
    }

    /// <summary>Notes that the effect of a purpose is not on the chain any more.</summary>
    public async Task RetireAsync(string purpose, CancellationToken cancellationToken)
    {
        ulong next = await _chain.Client.GetTransactionCountAsync(Address, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        _outbox.Retire(purpose, next);
    }

    public void Dispose()
    {
        _sender.Dispose();
        _lane.Dispose();
    }

    private async Task<int> RecoverInLaneAsync(CancellationToken cancellationToken)
    {
        ulong next = await _chain.Client.GetTransactionCountAsync(Address, BlockTag.Latest, cancellationToken).ConfigureAwait(false);
        var groups = _outbox.Unfinished(next).GroupBy(r => r.Transaction.Transaction.Nonce).OrderBy(g => g.Key).ToArray();
        foreach (var group in groups)
        {
            OutboxRow[] rows = [.. group];
            if (await IsTooLateAsync(rows, cancellationToken).ConfigureAwait(false))
                rows = [.. rows, await ReplaceAsync(rows, cancellationToken).ConfigureAwait(false)];
            // Raised fees are those of the newest version, under its name.
            TransactionOutcome outcome = await _sender.ResumeAsync(rows[^1].Purpose, [.. rows.Select(row => row.Transaction)], cancellationToken).ConfigureAwait(false);
            _outbox.Record(outcome);
        }

        return groups.Length;
    }

    // A batch that lands after its receipts' deadline convicts its poster, so after an outage it must not be sent again.
    private async Task<bool> IsTooLateAsync(OutboxRow[] rows, CancellationToken cancellationToken) =>
        Purposes.IsPost(rows[^1].Purpose) && _outbox.PostBeforeOf(rows[^1].Purpose) is { } before
        && await _chain.GetTimeAsync(cancellationToken).ConfigureAwait(false) + (ulong)_options.LandingTime.TotalSeconds >= before;

    // Fees are not raised beyond the deadline either.
    private async Task<CancellationTokenSource> LimitAsync(string purpose, CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (Purposes.IsPost(purpose) && _outbox.PostBeforeOf(purpose) is { } before)
        {
            ulong end = before - (ulong)_options.LandingTime.TotalSeconds, now = await _chain.GetTimeAsync(cancellationToken).ConfigureAwait(false);
            ulong left = end > now ? Math.Min(end - now, int.MaxValue / 1000) : 0;
            source.CancelAfter(TimeSpan.FromSeconds(left));
        }

        return source;
    }

    // The nonce is taken by a transaction that does nothing: whichever of the two is mined, nothing is under way then.
    private async Task<OutboxRow> ReplaceAsync(OutboxRow[] rows, CancellationToken cancellationToken)
    {
        const ulong TransferGas = 21_000;
        Eip1559Transaction late = rows[^1].Transaction.Transaction;
        SignedTransaction empty = (late with
        {
            To = Address,
            Value = 0,
            Data = ReadOnlyMemory<byte>.Empty,
            GasLimit = TransferGas,
            MaxFeePerGas = Raised(late.MaxFeePerGas),
            MaxPriorityFeePerGas = Raised(late.MaxPriorityFeePerGas),
        }).Sign(_options.Key);
        string purpose = Purposes.Cancel(rows[^1].Purpose);
        await _outbox.SaveAsync(purpose, empty, cancellationToken).ConfigureAwait(false);
        return new OutboxRow(purpose, empty);
    }

    // Nodes take a replacement from a tenth more on.
    private static UInt128 Raised(UInt128 fee) => fee + (fee / 4) + 1;
}
