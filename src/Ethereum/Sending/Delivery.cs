using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>One nonce on its way to the chain: publishing, watching for receipts, sending again and raising the fees.</summary>
internal sealed class Delivery
{
    // A node behind a load balancer may know the new nonce before it knows the receipt.
    private const int NonceTooLowLimit = 5;

    private readonly EthereumClient _client;
    private readonly IDigestSigner _signer;
    private readonly TransactionSenderOptions _options;
    private readonly ITransactionOutbox? _outbox;
    private readonly TimeProvider _time;
    private readonly string _requestId;
    private readonly List<SignedTransaction> _versions;

    private bool _wasTried;
    private bool _mayBePublished;
    private bool _wantsBump;
    private int _nonceTooLow;
    private string? _rejection;

    public Delivery(
        EthereumClient client, IDigestSigner signer, TransactionSenderOptions options, ITransactionOutbox? outbox,
        TimeProvider time, string requestId, IReadOnlyList<SignedTransaction> versions, bool isResumed)
    {
        (_client, _signer, _options, _outbox, _time, _requestId) = (client, signer, options, outbox, time, requestId);
        _versions = [.. versions];
        _mayBePublished = isResumed;
    }

    public ulong Nonce => Newest.Transaction.Nonce;

    private SignedTransaction Newest => _versions[^1];

    public async Task<TransactionOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var (started, sent, bumped) = (_time.GetTimestamp(), _time.GetTimestamp(), _time.GetTimestamp());
        while (true)
        {
            // Receipts first: a mined transaction that is sent again reads as a nonce too low.
            if (await FindReceiptAsync(cancellationToken) is { } receipt)
                return await CompleteAsync(receipt, cancellationToken);
            if (Verdict(_time.GetElapsedTime(started)) is { } outcome)
                return outcome;
            if (_wantsBump || _time.GetElapsedTime(bumped) >= _options.Bump)
            {
                await BumpAsync(cancellationToken);
                (bumped, sent) = (_time.GetTimestamp(), _time.GetTimestamp());
            }
            else if (!_wasTried || _nonceTooLow > 0 || _time.GetElapsedTime(sent) >= _options.Rebroadcast)
            {
                await PublishAsync(cancellationToken);
                sent = _time.GetTimestamp();
            }
            await Task.Delay(_options.ReceiptPoll, _time, cancellationToken);
        }
    }

    /// <summary>Sends the newest version; what the node says decides how <see cref="RunAsync"/> goes on.</summary>
    public async Task PublishAsync(CancellationToken cancellationToken)
    {
        _wasTried = true;
        try
        {
            await _client.SendRawTransactionAsync(Newest.Raw.ToArray(), cancellationToken);
            (_mayBePublished, _nonceTooLow, _rejection) = (true, 0, null);
        }
        catch (RpcTransportException)
        {
            // The node may have it, or not: the next rebroadcast or receipt will tell.
            _mayBePublished = true;
        }
        catch (JsonRpcException e) when (SendErrors.IsNonceTooLow(e))
        {
            _nonceTooLow++;
        }
        catch (JsonRpcException e) when (SendErrors.IsUnderpriced(e))
        {
            _wantsBump = true;
        }
        catch (JsonRpcException e) when (SendErrors.IsUncertain(e))
        {
            _mayBePublished = true;
        }
        catch (JsonRpcException e)
        {
            _rejection = e.NodeMessage;
        }
    }

    private TransactionOutcome? Verdict(TimeSpan elapsed)
    {
        if (_nonceTooLow >= NonceTooLowLimit)
            return Failure(TransactionStatus.NonceConsumed, $"another transaction has used nonce {Nonce}.");
        if (_rejection is not null && !_mayBePublished)
            return Failure(TransactionStatus.Rejected, _rejection);
        return elapsed >= _options.Timeout
            ? Failure(TransactionStatus.TimedOut, $"not included within {_options.Timeout.TotalSeconds:0.###} s.")
            : null;
    }

    private TransactionOutcome Failure(TransactionStatus status, string message) =>
        new() { Status = status, Message = message, Versions = _versions };

    private async Task<TransactionReceipt?> FindReceiptAsync(CancellationToken cancellationToken)
    {
        for (var i = _versions.Count - 1; i >= 0; i--)
        {
            try
            {
                if (await _client.GetTransactionReceiptAsync(_versions[i].Hash, cancellationToken) is { } receipt)
                    return receipt;
            }
            catch (Exception e) when (e is RpcTransportException or JsonRpcException)
            {
                return null;
            }
        }
        return null;
    }

    private async Task BumpAsync(CancellationToken cancellationToken)
    {
        FeeEstimate fees;
        try
        {
            fees = await _client.GetFeesAsync(cancellationToken);
        }
        catch (Exception e) when (e is RpcTransportException or JsonRpcException)
        {
            return;
        }
        _wantsBump = false;
        var old = Newest.Transaction;
        if (FeePolicy.Replace(old.MaxPriorityFeePerGas, old.MaxFeePerGas, fees, _options) is var (tip, cap))
        {
            var replacement = (old with { MaxPriorityFeePerGas = tip, MaxFeePerGas = cap }).Sign(_signer);
            if (_outbox is not null)
                await _outbox.SaveAsync(_requestId, replacement, cancellationToken);
            _versions.Add(replacement);
        }
        await PublishAsync(cancellationToken);
    }

    private async Task<TransactionOutcome> CompleteAsync(TransactionReceipt receipt, CancellationToken cancellationToken)
    {
        if (receipt.Succeeded)
            return new() { Status = TransactionStatus.Succeeded, Receipt = receipt, Versions = _versions };
        var (data, message) = await ReplayAsync(receipt.BlockNumber, cancellationToken)
            ?? await ReplayAsync(receipt.BlockNumber - 1, cancellationToken)
            ?? ([], "reverted, but not when replayed.");
        return new()
        {
            Status = TransactionStatus.Reverted, Receipt = receipt, RevertData = data, Message = message, Versions = _versions,
        };
    }

    /// <summary>Why the call fails on the state after <paramref name="block"/>; null if it does not.</summary>
    private async Task<(byte[] Data, string Message)?> ReplayAsync(ulong block, CancellationToken cancellationToken)
    {
        var sent = Newest.Transaction;
        CallRequest call = new() { From = _signer.Address, To = sent.To, Data = sent.Data, Value = sent.Value, Gas = sent.GasLimit };
        try
        {
            await _client.CallAsync(call, BlockTag.Number(block), cancellationToken);
            return null;
        }
        catch (ContractRevertException e)
        {
            return (e.RevertData.ToArray(), e.Message);
        }
        catch (Exception e) when (e is RpcTransportException or JsonRpcException)
        {
            return ([], e.Message);
        }
    }
}
