using TeeTee.Primitives;

namespace TeeTee.Ethereum;

/// <summary>
/// Owns the account's nonces. The chain is asked only while nothing of ours is under way, and never believed below what we
/// know to be used; the pool's view (pending) is not asked at all. Used under the sender's lock.
/// </summary>
internal sealed class NonceSource(EthereumClient client, Address account)
{
    private readonly Lock _lock = new();
    private readonly SortedSet<ulong> _returned = [];
    private ulong _next;
    private int _underWay;

    /// <summary>The nonce of the next transaction; it counts as used only after <see cref="Take"/>.</summary>
    public async Task<ulong> PeekAsync(CancellationToken cancellationToken)
    {
        bool idle;
        lock (_lock)
            idle = _underWay == 0;
        var onChain = idle ? await client.GetTransactionCountAsync(account, BlockTag.Latest, cancellationToken) : 0;
        lock (_lock)
        {
            _returned.RemoveWhere(nonce => nonce < onChain);
            _next = Math.Max(_next, onChain);
            return _returned.Count > 0 ? _returned.Min : _next;
        }
    }

    /// <summary>Marks <paramref name="nonce"/> as used by a transaction under way.</summary>
    public void Take(ulong nonce)
    {
        lock (_lock)
        {
            _returned.Remove(nonce);
            _next = Math.Max(_next, nonce + 1);
            _underWay++;
        }
    }

    /// <summary>The transaction of <paramref name="nonce"/> has ended; a nonce that nothing was published under is used first next time.</summary>
    public void Release(ulong nonce, bool isUnused)
    {
        lock (_lock)
        {
            _underWay--;
            if (!isUnused)
                return;
            if (_next == nonce + 1)
                _next = nonce;
            else
                _returned.Add(nonce);
        }
    }
}
