using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>
/// Sends transactions of one account. It alone may use the account's nonces. Concurrent calls are prepared one after
/// another (so the order of nonces is the order of preparation) and awaited together.
/// <para>Nothing is ever sent again under another nonce: every outcome but <see cref="TransactionStatus.Succeeded"/> is
/// handed to the caller, who asks the chain before sending the same work again.</para>
/// </summary>
public sealed class TransactionSender : IDisposable
{
    private readonly EthereumClient _client;
    private readonly IDigestSigner _signer;
    private readonly ulong _chainId;
    private readonly TransactionSenderOptions _options;
    private readonly ITransactionOutbox? _outbox;
    private readonly TimeProvider _time;
    private readonly NonceSource _nonces;
    private readonly SemaphoreSlim _preparing = new(1, 1);

    /// <param name="client">The node.</param>
    /// <param name="signer">The account's key.</param>
    /// <param name="chainId">The chain that transactions are signed for.</param>
    /// <param name="options">Times and limits, or null for the defaults.</param>
    /// <param name="outbox">Gets the signed bytes before they are sent; null if nothing needs to survive a restart.</param>
    /// <param name="time">The clock, or null for the system's.</param>
    public TransactionSender(
        EthereumClient client, IDigestSigner signer, ulong chainId,
        TransactionSenderOptions? options = null, ITransactionOutbox? outbox = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(signer);
        (_client, _signer, _chainId, _outbox) = (client, signer, chainId, outbox);
        (_options, _time) = (options ?? new TransactionSenderOptions(), time ?? TimeProvider.System);
        _nonces = new NonceSource(client, signer.Address);
    }

    /// <summary>The account.</summary>
    public Address Address => _signer.Address;

    /// <summary>Sends the call and waits until a block includes it or it fails.</summary>
    /// <exception cref="RpcTransportException">The node could not be asked before anything was signed.</exception>
    /// <exception cref="OperationCanceledException">Waiting was cancelled; what the outbox has can be resumed.</exception>
    public async Task<TransactionOutcome> SendAsync(TransactionRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        Delivery delivery;
        await _preparing.WaitAsync(cancellationToken);
        try
        {
            var transaction = await PrepareAsync(request, cancellationToken);
            if (_outbox is not null)
                await _outbox.SaveAsync(request.Id, transaction, cancellationToken);
            delivery = Start(request.Id, [transaction], isResumed: false);
            await PublishAsync(delivery, cancellationToken);
        }
        catch (ContractRevertException e)
        {
            return new() { Status = TransactionStatus.WouldRevert, RevertData = e.RevertData.ToArray(), Message = e.Message };
        }
        catch (JsonRpcException e)
        {
            return new() { Status = TransactionStatus.Rejected, Message = e.Message };
        }
        finally
        {
            _preparing.Release();
        }
        return await FinishAsync(delivery, cancellationToken);
    }

    /// <summary>
    /// Goes on with a transaction from the outbox: all versions that were saved under one id, oldest first. Call it for
    /// everything unfinished before the first <see cref="SendAsync"/>.
    /// </summary>
    /// <exception cref="ArgumentException">No version, different nonces, or another account or chain.</exception>
    public async Task<TransactionOutcome> ResumeAsync(
        string requestId, IReadOnlyList<SignedTransaction> versions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(versions);
        if (versions.Count == 0 || versions.Any(version => version.Transaction.Nonce != versions[0].Transaction.Nonce))
            throw new ArgumentException($"Expected the versions of one transaction, got {versions.Count}.", nameof(versions));
        if (versions.FirstOrDefault(version => version.Transaction.ChainId != _chainId || version.Sender() != Address) is { } foreign)
            throw new ArgumentException($"The transaction {foreign.Hash} is not of {Address} on chain {_chainId}.", nameof(versions));
        return await FinishAsync(Start(requestId, versions, isResumed: true), cancellationToken);
    }

    public void Dispose() => _preparing.Dispose();

    private async Task<SignedTransaction> PrepareAsync(TransactionRequest request, CancellationToken cancellationToken)
    {
        var gas = request.GasLimit ?? await EstimateAsync(request, cancellationToken);
        var fees = await _client.GetFeesAsync(cancellationToken);
        var (tip, cap) = FeePolicy.First(fees, _options);
        var nonce = await _nonces.PeekAsync(cancellationToken);
        Eip1559Transaction transaction = new()
        {
            ChainId = _chainId,
            Nonce = nonce,
            MaxPriorityFeePerGas = tip,
            MaxFeePerGas = cap,
            GasLimit = gas,
            To = request.To,
            Value = request.Value,
            Data = request.Data,
        };
        return transaction.Sign(_signer);
    }

    private async Task<ulong> EstimateAsync(TransactionRequest request, CancellationToken cancellationToken)
    {
        CallRequest call = new() { From = Address, To = request.To, Data = request.Data, Value = request.Value };
        var gas = await _client.EstimateGasAsync(call, cancellationToken);
        return Math.Min(gas + gas / 100 * _options.GasMarginPercent + gas % 100, Math.Max(gas, _options.MaxGasLimit));
    }

    private Delivery Start(string requestId, IReadOnlyList<SignedTransaction> versions, bool isResumed)
    {
        _nonces.Take(versions[0].Transaction.Nonce);
        return new Delivery(_client, _signer, _options, _outbox, _time, requestId, versions, isResumed);
    }

    private async Task PublishAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            await delivery.PublishAsync(cancellationToken);
        }
        catch
        {
            _nonces.Release(delivery.Nonce, isUnused: false);
            throw;
        }
    }

    private async Task<TransactionOutcome> FinishAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var unused = false;
        try
        {
            var outcome = await delivery.RunAsync(cancellationToken);
            unused = outcome.Status == TransactionStatus.Rejected;
            return outcome;
        }
        finally
        {
            _nonces.Release(delivery.Nonce, unused);
        }
    }
}
