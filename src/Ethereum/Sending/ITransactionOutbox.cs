namespace TeeTee.Ethereum;

/// <summary>Where signed bytes are kept before they are sent, so that a restart can go on with them.</summary>
public interface ITransactionOutbox
{
    /// <summary>
    /// Stores the transaction durably under the caller's id; called before the first byte of it leaves, again for every
    /// replacement. If it throws, the transaction is not sent.
    /// </summary>
    ValueTask SaveAsync(string requestId, SignedTransaction transaction, CancellationToken cancellationToken);
}
